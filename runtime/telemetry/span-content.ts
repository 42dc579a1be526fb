/** Span content: what was said, in the form that the conventions have for it. Only where somebody asked for it. */
import type { ModelRequest, ModelResponse } from '../model/port';

/** Attributes whose values are JSON. */
export type ContentAttributes = Readonly<Record<string, string | undefined>>;

interface Part {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What the model was told: its instructions and the conversation so far. */
export function inputContent({ system, messages }: ModelRequest): ContentAttributes {
  const conversation = messages.map(({ role, content }) => ({ role, parts: partsOf(content ?? '') }));
  return {
    ...(system === undefined ? {} : { 'gen_ai.system_instructions': JSON.stringify(partsOf(system)) }),
    'gen_ai.input.messages': JSON.stringify(conversation),
  };
}

/** What the model said and called. */
export function outputContent({ blocks, stopReason }: ModelResponse): ContentAttributes {
  const message = { role: 'assistant', parts: partsOf(blocks), finish_reason: stopReason };
  return { 'gen_ai.output.messages': JSON.stringify([message]) };
}

function partsOf(content: string | readonly { readonly type: string }[]): Part[] {
  return typeof content === 'string' ? [{ type: 'text', content }] : content.map(partOf);
}

/** Files and whatever else has no words is named, not copied. */
function partOf(block: { readonly type: string }): Part {
  const fields: Readonly<Record<string, unknown>> = { ...block };
  switch (block.type) {
    case 'text':
      return { type: 'text', content: fields.text };
    case 'thinking':
      return { type: 'reasoning', content: fields.thinking };
    case 'tool_use':
    case 'server_tool_use':
      return { type: 'tool_call', id: fields.id, name: fields.name, arguments: fields.input };
    case 'tool_result':
      return { type: 'tool_call_response', id: fields.tool_use_id, response: fields.content };
    default:
      return { type: block.type };
  }
}
