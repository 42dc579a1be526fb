/** Archives on their way between a sandbox and the place where they are kept, by signed URLs. A URL is never part of an error. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';

/** Pauses between the tries of one transfer. */
const RETRY_AFTER_MS = [250, 1_000, 3_000] as const;
/** A connection that is silent for so long is given up: it would take the time of all tries. */
const STANDS_STILL_MS = 30_000;
/** What says that there is nothing. Any other refusal may be a trouble of the moment: of keys, of clocks, of the network. */
const GONE: readonly number[] = [404, 410];

/** There is no such archive, and there will be none. */
export class ArchiveGone extends Error {
  override readonly name = 'ArchiveGone';
}

/**
 * Fetches an archive into a file, whole.
 *
 * @throws ArchiveGone when there is none; another error when it cannot be had now.
 */
export async function fetchArchive(url: URL, file: string, signal: AbortSignal): Promise<void> {
  await tried('the archive could not be fetched', signal, async (moved, limit) => {
    const body = await bodyOf(await fetch(url, { signal: limit }));
    await pipeline(Readable.fromWeb(body), noticing(moved), createWriteStream(file, { mode: 0o600 }), {
      signal: limit,
    });
  });
}

/**
 * Sends a file to where an archive is to be.
 *
 * @throws Error when it cannot be brought there.
 */
export async function sendArchive(file: string, url: URL, signal: AbortSignal): Promise<void> {
  const { size } = await stat(file);
  await tried('the archive could not be sent', signal, async (moved, limit) => {
    const body = Readable.toWeb(Readable.from(chunksOf(file, moved))) as ReadableStream<Uint8Array>;
    // Without its length S3 refuses an upload.
    const headers = { 'content-length': String(size) };
    const options = { method: 'PUT', body, headers, signal: limit, duplex: 'half' };
    await bodyOf(await fetch(url, options));
  });
}

/** Makes a transfer, again where it fails. `moved` is told of all that comes on its way. */
async function tried(
  otherwise: string,
  signal: AbortSignal,
  transfer: (moved: () => void, limit: AbortSignal) => Promise<void>,
): Promise<void> {
  for (const wait of [...RETRY_AFTER_MS, null]) {
    const still = new AbortController();
    const timer = setTimeout(() => still.abort(new Error('it stands still')), STANDS_STILL_MS);
    try {
      return await transfer(() => timer.refresh(), AbortSignal.any([signal, still.signal]));
    } catch (error) {
      if (error instanceof ArchiveGone) throw error;
      if (wait === null || signal.aborted) throw new Error(`${otherwise}: ${said(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    await pause(wait);
  }
}

function noticing(moved: () => void): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (source) {
    for await (const chunk of source) {
      moved();
      yield chunk;
    }
  };
}

/** The file is opened when the first of it is wanted: a request that comes to nothing before leaves nothing open. */
async function* chunksOf(file: string, moved: () => void): AsyncGenerator<Buffer> {
  yield* noticing(moved)(createReadStream(file));
}

/** Who refuses a signed URL may quote it, and it is a credential: of a refusal only the status is told. */
async function bodyOf(response: Response): Promise<WebStream<Uint8Array>> {
  if (response.ok) return (response.body ?? new Blob().stream()) as WebStream<Uint8Array>;
  await response.body?.cancel().catch(() => undefined);
  const message = `the answer has status ${response.status}`;
  throw GONE.includes(response.status) ? new ArchiveGone(message) : new Error(message);
}

/** The cause of a failed request says more than that it failed. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
