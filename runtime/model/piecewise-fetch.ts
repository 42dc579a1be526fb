/** Piecewise fetch: a long request body is encoded while it is sent, so that it does not lie in memory a second and third time. */

/** In characters. A shorter body is not worth it. */
const LONG_BODY = 1_048_576;
const PIECE = 65_536;
const HIGH_SURROGATE = /[\uD800-\uDBFF]$/;

/** How some releases of Node 24 fail where a request with a streamed body is answered with 401: they want to send it again. */
const WANTS_BODY_AGAIN = 'expected non-null body source';

/**
 * `fetch`, but for long texts: as a whole, a text is encoded first and encrypted then, each time into another copy of it. Its
 * length is said beforehand, as that of any other body: not every model API takes one whose length shows at its end. A redirect
 * that asks for a long text again (307, 308) is an error.
 */
export async function piecewiseFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const body = init?.body;
  if (typeof body !== 'string' || body.length < LONG_BODY) return fetch(url, init);
  const headers = new Headers(init?.headers);
  headers.set('content-length', String(Buffer.byteLength(body)));
  const sent: RequestInit & { readonly duplex: 'half' } = { ...init, headers, body: inPieces(body), duplex: 'half' };
  try {
    return await fetch(url, sent);
  } catch (error) {
    if (wantsBodyAgain(error)) return new Response(null, { status: 401 });
    throw error;
  }
}

const wantsBodyAgain = (error: unknown): boolean =>
  error instanceof TypeError && error.cause instanceof Error && error.cause.message === WANTS_BODY_AGAIN;

/** The text in UTF-8. Each piece is made when it is asked for. */
function inPieces(text: string): ReadableStream<Uint8Array> {
  let from = 0;
  return new ReadableStream(
    {
      pull(controller) {
        let to = from + PIECE;
        // A character of two code units stays in one piece: alone, neither half can be encoded.
        if (to < text.length && HIGH_SURROGATE.test(text[to - 1] ?? '')) to += 1;
        controller.enqueue(Buffer.from(text.slice(from, to)));
        from = to;
        if (from >= text.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
