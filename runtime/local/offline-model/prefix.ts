import { createHash } from 'node:crypto';
import type {
  BetaContentBlockParam,
  MessageCreateParamsBase,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';

/** Where one block of a conversation stands, and what it weighs. */
export interface PlacedBlock {
  readonly path: string;
  readonly role: string;
  readonly block: BetaContentBlockParam;
  /** The hash of everything before the block: tools, system prompt, and the blocks that precede it. */
  readonly before: string;
  /** The same with the block itself. */
  readonly after: string;
  /** Tokens from the beginning up to and with the block. */
  readonly tokens: number;
}

/** Tools and system prompt as one piece, which stands before every message. */
export interface Preamble {
  readonly hash: string;
  readonly tokens: number;
}

const CHARACTERS_PER_TOKEN = 4;

/** About as many tokens as the text would have. */
export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

export function preambleOf(request: Pick<MessageCreateParamsBase, 'model' | 'tools' | 'system'>): Preamble {
  const text = JSON.stringify([request.model, request.tools ?? [], request.system ?? '']);
  return { hash: chain('', text), tokens: tokensOf(text) };
}

/** The blocks of a conversation in order. How they are parted into messages does not matter to the model, so neither here. */
export function placeBlocks(
  preamble: Preamble,
  messages: ReadonlyArray<{ role: string; content: readonly BetaContentBlockParam[] }>,
): PlacedBlock[] {
  let { hash, tokens } = preamble;
  return messages.flatMap(({ role, content }, i) =>
    content.map((block, j) => {
      const text = JSON.stringify([role, block]);
      // A compaction stands for all that was before it.
      const before = block.type === 'compaction' ? preamble.hash : hash;
      hash = chain(before, text);
      tokens += tokensOf(text);
      return { path: `messages.${i}.content.${j}`, role, block, before, after: hash, tokens };
    }),
  );
}

function chain(before: string, text: string): string {
  return createHash('sha256').update(before).update('\n').update(text).digest('base64');
}

/** A thinking block's signature: it binds the thought to its own words and to all that was said before it. */
export function signatureOf(thinking: string, before: string): string {
  return `${createHash('sha256').update(thinking).digest('base64')}.${before}`;
}
