/** API Gateway's proxy events of WebSockets. Only the one that opens a connection has the client's headers. */

/** What API Gateway hands to a function when somebody connects. */
export interface SocketEvent {
  readonly requestContext: { readonly connectionId: string };
  readonly headers?: Readonly<Record<string, string>> | null;
}

/** A status other than 2xx refuses the connection. */
export interface SocketResult {
  readonly statusCode: number;
}

const MALFORMED = 400;

/**
 * Lets the connection in, if `door` does.
 *
 * @param door is told the headers and the connection's id, and answers with a status.
 */
export async function answerConnect(
  { requestContext, headers }: SocketEvent,
  door: (headers: Headers, connection: string) => Promise<number>,
): Promise<SocketResult> {
  const sent = headersOf(headers ?? {});
  return { statusCode: sent ? await door(sent, requestContext.connectionId) : MALFORMED };
}

/** Undefined for headers that web standards have no form for. */
function headersOf(sent: Readonly<Record<string, string>>): Headers | undefined {
  try {
    return new Headers(sent);
  } catch {
    return undefined;
  }
}
