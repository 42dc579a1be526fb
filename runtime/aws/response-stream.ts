import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** What Lambda's Node runtime puts into the global scope for functions that stream. */
export interface LambdaStreaming {
  streamifyResponse<E, C>(handler: (event: E, stream: Writable, context: C) => Promise<void>): unknown;
  readonly HttpResponseStream: {
    /** The stream of the body, behind a prelude with status and headers. */
    from(stream: Writable, prelude: { statusCode: number; headers: Record<string, string> }): Writable;
  };
}

/** Where Lambda's runtime keeps it. */
export function lambdaStreaming(): LambdaStreaming {
  const { awslambda } = globalThis as { awslambda?: LambdaStreaming };
  if (!awslambda) throw new Error('This runtime does not stream: it is not the Node runtime of Lambda');
  return awslambda;
}

/**
 * Writes an answer piece by piece as it comes, and no faster than the caller takes it. After `maxMs` it ends as if the answer
 * had: cleanly, so that clients reconnect, and before Lambda would cut it off.
 */
export async function pipeResponse(response: Response, stream: Writable, maxMs: number): Promise<void> {
  const out = lambdaStreaming().HttpResponseStream.from(stream, {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
  });
  const reader = response.body?.getReader();
  const stop = (): void => void reader?.cancel().catch(() => undefined);
  const timer = setTimeout(stop, Math.max(0, maxMs));
  out.once('close', stop);
  out.once('error', stop);
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      if (!out.write(next.value) && !out.destroyed) await Promise.race([once(out, 'drain'), once(out, 'close')]);
    }
  } finally {
    clearTimeout(timer);
    out.end();
    if (!out.destroyed) await once(out, 'finish').catch(() => undefined);
  }
}
