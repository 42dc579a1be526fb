import { OutboundError, type Outbound, type OutboundRequest, type OutboundResponse } from './outbound';
import { Secret } from './secret';

/**
 * How far a server let us in. `response` is the answer to the step that failed, and is absent where none came, or where what came
 * was no error of HTTP.
 */
export type ProbeOutcome =
  | { readonly type: 'passed' }
  | { readonly type: 'failed'; readonly method: string; readonly response?: OutboundResponse };

const PROTOCOL_VERSION = '2025-06-18';
const TIMEOUT_MS = 4_000;
const MAX_BYTES = 256 * 1024;

/**
 * Tries a token at an MCP server over streamable HTTP: opens a session and lists the tools, since a server may let anybody open one
 * and ask for the token only then. Calls no tool. The session is closed again where the server has sessions.
 */
export async function probeServer(outbound: Outbound, serverUrl: string, token: Secret): Promise<ProbeOutcome> {
  const post = async (message: object, id: number | undefined, session: Readonly<Record<string, string>>) =>
    outbound({
      ...requestOf(serverUrl, token, session),
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', ...message, ...(id === undefined ? {} : { id }) }),
      enough: (body) => resultIn(body, id) !== undefined,
    });

  let step = 'initialize';
  try {
    const opened = await post({ method: step, params: INITIALIZE }, 1, {});
    const result = resultOf(opened, 1);
    if (!result) return failed(step, opened);
    const session = sessionOf(opened, result);
    await post({ method: 'notifications/initialized' }, undefined, session);
    step = 'tools/list';
    const listed = await post({ method: step, params: {} }, 2, session);
    await close(outbound, requestOf(serverUrl, token, session), session);
    return resultOf(listed, 2) ? { type: 'passed' } : failed(step, listed);
  } catch (error) {
    if (error instanceof OutboundError) return { type: 'failed', method: step };
    throw error;
  }
}

const INITIALIZE = {
  protocolVersion: PROTOCOL_VERSION,
  capabilities: {},
  clientInfo: { name: 'managed-agents', version: '1' },
};

function requestOf(
  url: string,
  token: Secret,
  session: Readonly<Record<string, string>>,
): Pick<OutboundRequest, 'url' | 'headers' | 'timeoutMs' | 'maxBytes'> {
  const headers = {
    authorization: new Secret(`Bearer ${token.reveal()}`),
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...session,
  };
  return { url, headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
}

/** What later requests of the session carry. */
function sessionOf({ headers }: OutboundResponse, result: Record<string, unknown>): Record<string, string> {
  const { protocolVersion } = result;
  const id = headers['mcp-session-id'];
  return {
    'mcp-protocol-version': typeof protocolVersion === 'string' ? protocolVersion : PROTOCOL_VERSION,
    ...(id ? { 'mcp-session-id': id } : {}),
  };
}

/** Best effort: a session that stays open is the server's to end. */
async function close(
  outbound: Outbound,
  request: Omit<OutboundRequest, 'method'>,
  session: Readonly<Record<string, string>>,
): Promise<void> {
  if (!session['mcp-session-id']) return;
  await outbound({ ...request, method: 'DELETE' }).catch(() => undefined);
}

/** The result, where the answer is a success of both HTTP and JSON-RPC. */
function resultOf(response: OutboundResponse, id: number): Record<string, unknown> | undefined {
  if (response.status < 200 || response.status > 299) return undefined;
  const result = resultIn(response.body, id);
  return result === 'error' ? undefined : result;
}

/** What answers the request, in a body that is JSON or a stream of events, perhaps not to its end. */
function resultIn(body: string, id: number | undefined): Record<string, unknown> | 'error' | undefined {
  if (id === undefined) return undefined;
  const data = body.split(/\r?\n\r?\n/).map((event) => dataOf(event));
  for (const text of [body, ...data]) {
    const message = parsed(text);
    if (message?.id !== id) continue;
    return typeof message.result === 'object' && message.result !== null
      ? (message.result as Record<string, unknown>)
      : 'error';
  }
  return undefined;
}

const dataOf = (event: string): string =>
  event
    .split(/\r?\n/)
    .flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? [])
    .join('\n');

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const failed = (method: string, response: OutboundResponse): ProbeOutcome => ({
  type: 'failed',
  method,
  ...(response.status > 299 ? { response } : {}),
});
