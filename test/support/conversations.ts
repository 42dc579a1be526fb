import type { ModelServerRequest, PlannedBlock, Respond, ResponsePlan } from '../../runtime/local/offline-model/plan';

/** What the model answers to one request. */
export type Step =
  ResponsePlan | ((request: ModelServerRequest, signal: AbortSignal) => ResponsePlan | Promise<ResponsePlan>);

/**
 * Scripts by conversation, for many sessions on one model. The words of a session's first message that stand in `scripts` name
 * its script; the number of answers that the conversation already holds says which step is due, so a request that is repeated
 * gets the same answer. After its last step a conversation is answered "Done.".
 */
export function conversations(scripts: Readonly<Record<string, readonly Step[]>>): Respond {
  return async (request, signal) => {
    const opening = textOf(request.messages.find(({ role }) => role === 'user')?.content ?? '');
    const name = Object.keys(scripts).find((words) => opening.includes(words));
    const answered = request.messages.filter(({ role }) => role === 'assistant').length;
    const step = (name === undefined ? [] : (scripts[name] ?? []))[answered] ?? say('Done.');
    return typeof step === 'function' ? step(request, signal) : step;
  };
}

/** An answer in words. */
export const say = (text: string, options: { beforeMs?: number; betweenMs?: number } = {}): ResponsePlan => ({
  blocks: [{ type: 'text', text }],
  ...options,
});

/** An answer that calls tools. */
export const call = (...calls: readonly (readonly [name: string, input: Record<string, unknown>])[]): ResponsePlan => ({
  blocks: calls.map(([name, input]): PlannedBlock => ({ type: 'tool_use', name, input })),
});

function textOf(content: ModelServerRequest['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}
