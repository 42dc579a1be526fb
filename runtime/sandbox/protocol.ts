/**
 * What the supervisor and the tool host say to each other: JSON, one message a line, over the tool host's standard input and
 * output. The supervisor trusts nothing of what comes back but its shape: commands of the model run as the tool host's user
 * and could take it over. What they could forge then is the result of their own session's calls, which they make anyway.
 */
import type { BetaToolResultContentBlockParam } from '@anthropic-ai/sdk/resources/beta/messages/messages';

/** What a tool answers: text, or the blocks of a tool result. */
export type ToolOutput = string | BetaToolResultContentBlockParam[];

/** To the tool host: run a tool, or stop running it. `id` is the tool use's. */
export type HostRequest =
  | { readonly type: 'call'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: string };

/** From the tool host. `ready` comes once, first. */
export type HostReply =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: string; readonly output: ToolOutput; readonly isError: boolean };

/** A call's line can hold what a model may write in one call, many times over. */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
/** A result is cut to 100,000 characters of text before it is sent; this leaves room for blocks that are not text. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024;

/** A message as it is written. */
export function encodeLine(message: HostRequest | HostReply): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts a byte stream into lines and refuses lines beyond a bound, so that no peer can fill our memory. */
export class LineSplitter {
  private pieces: Buffer[] = [];
  private size = 0;

  constructor(private readonly maxBytes: number) {}

  /**
   * The lines that the chunk completes, without their ends.
   *
   * @throws RangeError when a line is longer than the bound. The stream cannot be read on from there.
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      this.keep(chunk.subarray(from, end));
      lines.push(Buffer.concat(this.pieces, this.size).toString('utf8'));
      this.pieces = [];
      this.size = 0;
      from = end + 1;
    }
    if (from < chunk.length) this.keep(chunk.subarray(from));
    return lines;
  }

  private keep(piece: Buffer): void {
    this.size += piece.length;
    if (this.size > this.maxBytes) throw new RangeError(`a line is longer than ${this.maxBytes} bytes`);
    this.pieces.push(piece);
  }
}

/** The message of a line that the tool host wrote, or undefined when it is none. */
export function parseReply(line: string): HostReply | undefined {
  const value = parseObject(line);
  if (value?.type === 'ready') return { type: 'ready' };
  if (value?.type !== 'result' || typeof value.id !== 'string' || typeof value.isError !== 'boolean') return undefined;
  const { id, output, isError } = value;
  if (typeof output === 'string') return { type: 'result', id, output, isError };
  return isBlocks(output) ? { type: 'result', id, output, isError } : undefined;
}

/** The message of a line that the supervisor wrote, or undefined when it is none. */
export function parseRequest(line: string): HostRequest | undefined {
  const value = parseObject(line);
  if (typeof value?.id !== 'string') return undefined;
  if (value.type === 'cancel') return { type: 'cancel', id: value.id };
  if (value.type !== 'call' || typeof value.name !== 'string') return undefined;
  return { type: 'call', id: value.id, name: value.name, input: value.input };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isBlocks(value: unknown): value is BetaToolResultContentBlockParam[] {
  return Array.isArray(value) && value.every((block) => typeof block === 'object' && block !== null && 'type' in block);
}
