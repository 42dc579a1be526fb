import { randomBytes } from 'node:crypto';
import type {
  BetaContentBlock,
  BetaContentBlockParam,
  BetaMessage,
  BetaRawMessageStreamEvent,
  MessageCreateParamsBase,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { AnswerPlan, PlannedBlock, Usage } from './plan';
import { placeBlocks, signatureOf, tokensOf, type Preamble } from './prefix';

/** How much text one piece of a stream carries. */
const PIECE = 24;

/** A planned answer with its ids, signatures and counts: ready to be sent, whole or in pieces. */
export interface Answer {
  readonly message: BetaMessage;
  /** The JSON of each call's input as it will be streamed, by the block's position. */
  readonly inputs: ReadonlyMap<number, string>;
}

const makeId = (prefix: string): string => `${prefix}_01${randomBytes(16).toString('hex').slice(0, 22)}`;

export function prepareAnswer(
  request: MessageCreateParamsBase,
  preamble: Preamble,
  turns: ReadonlyArray<{ role: string; content: readonly BetaContentBlockParam[] }>,
  plan: AnswerPlan,
  prompt: Omit<Usage, 'output_tokens'>,
): Answer {
  const inputs = new Map<number, string>();
  const content: BetaContentBlock[] = [];
  for (const planned of plan.blocks) {
    if (planned.type === 'tool_use') {
      const { input } = planned;
      inputs.set(content.length, typeof input === 'string' ? input : JSON.stringify(input));
    }
    content.push(complete(planned, preamble, [...turns, { role: 'assistant', content: content.map(asParam) }]));
  }
  const counts = { ...prompt, output_tokens: tokensOf(JSON.stringify(content)), ...plan.usage };
  const calls = content.some(({ type }) => type === 'tool_use');
  return {
    inputs,
    message: {
      id: makeId('msg'),
      type: 'message',
      role: 'assistant',
      model: request.model,
      content,
      stop_reason: plan.stopReason ?? (calls ? 'tool_use' : 'end_turn'),
      stop_sequence: null,
      stop_details: plan.stopDetails ?? null,
      container: null,
      context_management: null,
      diagnostics: null,
      usage: {
        ...counts,
        cache_creation: { ephemeral_5m_input_tokens: counts.cache_creation_input_tokens, ephemeral_1h_input_tokens: 0 },
        server_tool_use: null,
        service_tier: 'standard',
        speed: request.speed ?? 'standard',
        inference_geo: request.inference_geo ?? null,
        iterations: null,
        output_tokens_details: null,
        fallback_credit: null,
      },
    },
  };
}

function complete(
  planned: PlannedBlock,
  preamble: Preamble,
  before: ReadonlyArray<{ role: string; content: readonly BetaContentBlockParam[] }>,
): BetaContentBlock {
  switch (planned.type) {
    case 'text':
      return { type: 'text', text: planned.text, citations: null };
    case 'thinking': {
      const said = placeBlocks(preamble, before).at(-1)?.after ?? preamble.hash;
      return { type: 'thinking', thinking: planned.thinking, signature: signatureOf(planned.thinking, said) };
    }
    case 'tool_use': {
      const input = typeof planned.input === 'string' ? {} : planned.input;
      return { type: 'tool_use', id: makeId('toolu'), name: planned.name, input };
    }
    default:
      return planned;
  }
}

/** What the API gives is what it takes back; the two sides of its types differ in blocks that are never made here. */
function asParam(block: BetaContentBlock): BetaContentBlockParam {
  return block as BetaContentBlockParam;
}

/** The events of an answer's stream, up to the point where it would end. */
export function* eventsOf({ message, inputs }: Answer): Generator<BetaRawMessageStreamEvent> {
  yield {
    type: 'message_start',
    message: {
      ...message,
      content: [],
      stop_reason: null,
      stop_details: null,
      usage: { ...message.usage, output_tokens: 1 },
    },
  };
  for (const [index, block] of message.content.entries()) yield* eventsOfBlock(index, block, inputs.get(index) ?? '{}');
}

/** The events that end an answer's stream. */
export function* endOf({ message }: Answer): Generator<BetaRawMessageStreamEvent> {
  const { container, stop_details, stop_reason, stop_sequence, usage } = message;
  yield {
    type: 'message_delta',
    context_management: null,
    delta: { container, stop_details, stop_reason, stop_sequence },
    usage: {
      input_tokens: usage.input_tokens,
      output_tokens: usage.output_tokens,
      cache_read_input_tokens: usage.cache_read_input_tokens,
      cache_creation_input_tokens: usage.cache_creation_input_tokens,
      server_tool_use: usage.server_tool_use,
      iterations: usage.iterations,
      output_tokens_details: null,
      fallback_credit: null,
    },
  };
  yield { type: 'message_stop' };
}

function* eventsOfBlock(index: number, block: BetaContentBlock, json: string): Generator<BetaRawMessageStreamEvent> {
  const start = (content_block: BetaContentBlock): BetaRawMessageStreamEvent => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  if (block.type === 'text') {
    yield start({ ...block, text: '' });
    for (const text of piecesOf(block.text)) {
      yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text } };
    }
  } else if (block.type === 'thinking') {
    yield start({ ...block, thinking: '', signature: '' });
    for (const thinking of piecesOf(block.thinking)) {
      yield { type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking, estimated_tokens: null } };
    }
    yield { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: block.signature } };
  } else if (block.type === 'tool_use') {
    yield start({ ...block, input: {} });
    for (const partial_json of piecesOf(json)) {
      yield { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } };
    }
  } else {
    yield start(block);
  }
  yield { type: 'content_block_stop', index };
}

/** The text in pieces that never part a character. */
function piecesOf(text: string): string[] {
  const characters = [...text];
  return Array.from({ length: Math.ceil(characters.length / PIECE) }, (_, i) =>
    characters.slice(i * PIECE, (i + 1) * PIECE).join(''),
  );
}
