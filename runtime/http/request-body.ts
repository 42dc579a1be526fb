import { ApiError, invalid } from '../contract/errors';

/** The API's limit (reference 1.6). */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const tooLarge = (): ApiError => new ApiError(413, 'request_too_large', 'request body: must be at most 32 MB');

/**
 * The JSON object in a request's body; undefined when the body is empty.
 *
 * @throws ApiError 413 before more than the limit is held in memory, 400 for anything but a JSON object in UTF-8.
 */
export async function readJsonBody(request: Pick<Request, 'headers' | 'body'>): Promise<object | undefined> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  const value = parse(decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('request body: must be a JSON object');
  }
  return value;
}

async function readBytes(request: Pick<Request, 'headers' | 'body'>): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function* chunksOf({ body }: Pick<Request, 'body'>): AsyncGenerator<Uint8Array> {
  if (!body) return;
  try {
    yield* body;
  } catch {
    throw invalid('request body: ended before it was complete');
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('request body: must be UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('request body: must be valid JSON');
  }
}
