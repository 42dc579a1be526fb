/** Client: dials MCP servers and calls their tools for the harness, and says in words what went wrong. */
import { OutboundError } from '../vault/outbound';
import type { Broker, SessionRef } from '../vault/ports';
import { scrub, type Secret } from '../vault/secret';
import type { CallResult, DialledServer, McpClient, McpConnections, McpServer, ServerCall } from './port';
import { resultContent } from './result-content';
import { ServerConnection, type ServerConnectionDeps } from './server-connection';

export interface McpClientDeps extends Omit<ServerConnectionDeps, 'broker'> {
  /** @default none: the deployment has no vaults */
  readonly broker?: Pick<Broker, 'bearerFor' | 'unreachableOf'>;
}

/** For connecting and listing. A turn waits for it, and goes on without a server that is slower. */
const DIAL_WITHIN_MS = 10_000;
const LONGEST_MESSAGE = 1_000;

/** MCP over streamable HTTP, with the credentials that the broker gives for a session's servers. */
export function createMcpClient({ broker, privateHosts }: McpClientDeps): McpClient {
  return { connect: (session) => new Connections({ broker, privateHosts }, session) };
}

class Connections implements McpConnections {
  /** The open connection to each server, by its URL. */
  readonly #open = new Map<string, Promise<ServerConnection>>();

  constructor(
    private readonly deps: ServerConnectionDeps & Pick<McpClientDeps, 'broker'>,
    private readonly session: SessionRef,
  ) {}

  dial(servers: readonly McpServer[], signal: AbortSignal): Promise<DialledServer[]> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(DIAL_WITHIN_MS)]);
    return Promise.all(servers.map((server) => this.#dialOne(server, within)));
  }

  async #dialOne(server: McpServer, signal: AbortSignal): Promise<DialledServer> {
    await this.#drop(server);
    const connection = this.#connect(server, signal);
    try {
      return { server: server.name, tools: await (await connection).listTools(signal) };
    } catch (error) {
      const { words, status } = said(error);
      const isLate = signal.aborted;
      const why = isLate ? 'no answer in time' : words;
      return {
        server: server.name,
        failure: status === 401 && !isLate ? 'authentication' : 'connection',
        message: `The MCP server "${server.name}" could not be connected: ${why}. The turn goes on without its tools.`,
      };
    }
  }

  async call(call: ServerCall, signal: AbortSignal): Promise<CallResult | undefined> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, call.timeoutMs))]);
    let attempt = await this.#attempt(call, within);
    // A session that the server has forgotten was not used: the call is made in a new one.
    const again = attempt.end === 'expired' || (attempt.end === 'unknown' && call.repeatable);
    if (again && !within.aborted) attempt = await this.#attempt(call, within);
    if (signal.aborted && attempt.end !== 'answered') return undefined;
    return attempt.result;
  }

  async #attempt(call: ServerCall, signal: AbortSignal): Promise<Attempt> {
    const broken = new AbortController();
    let connection: ServerConnection | undefined;
    try {
      connection = await this.#connect(call.server, signal);
    } catch (error) {
      const why = signal.aborted ? 'no answer in time' : said(error).words;
      return failed('not made', `The MCP server could not be reached (${why}). The call was not made.`);
    }
    try {
      const result = await connection.callTool(call.tool, call.input, signal, broken);
      const content = scrubbed(resultContent(result), connection.tokens);
      return { end: 'answered', result: { content, isError: result.isError === true } };
    } catch (error) {
      const attempt = ofError(error, signal, broken.signal);
      if (attempt.end !== 'answered') await this.#drop(call.server);
      return { ...attempt, result: scrubbed(attempt.result, connection.tokens) };
    }
  }

  async unreachable(): Promise<readonly { vaultId: string; credentialId: string }[]> {
    // To find nothing wrong is not to say that nothing is: a host that cannot be reached shows when it is tried.
    return (await this.deps.broker?.unreachableOf(this.session).catch(() => [])) ?? [];
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(closeQuietly));
  }

  /** The open connection to a server, or a new one. */
  #connect(server: McpServer, signal: AbortSignal): Promise<ServerConnection> {
    const known = this.#open.get(server.url);
    if (known) return known;
    const opening = openConnection(this.deps, this.session, server, signal);
    this.#open.set(server.url, opening);
    opening.catch(() => {
      if (this.#open.get(server.url) === opening) this.#open.delete(server.url);
    });
    return opening;
  }

  async #drop(server: McpServer): Promise<void> {
    const known = this.#open.get(server.url);
    this.#open.delete(server.url);
    if (known) await closeQuietly(known);
  }
}

async function openConnection(
  deps: ServerConnectionDeps,
  session: SessionRef,
  server: McpServer,
  signal: AbortSignal,
): Promise<ServerConnection> {
  const connection = new ServerConnection(deps, session, server);
  try {
    await connection.open(signal);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const closeQuietly = (opening: Promise<ServerConnection>): Promise<void> =>
  opening.then(
    (connection) => connection.close(),
    () => undefined,
  );

/**
 * How a try to call a tool ended: with the server's answer, for certain without effect, because the server knows our session no more
 * (without effect as well), or nobody knows.
 */
interface Attempt {
  readonly end: 'answered' | 'not made' | 'expired' | 'unknown';
  readonly result: CallResult;
}

function ofError(error: unknown, signal: AbortSignal, broken: AbortSignal): Attempt {
  const { words, status, isAnswer, sent } = said(error);
  if (signal.aborted) return failed('unknown', unknown('no answer in time'));
  if (broken.aborted) return failed('unknown', unknown('the connection broke'));
  if (isAnswer) return failed('answered', words);
  if (status === 404) return failed('expired', notMade(words));
  if (!sent || (status !== undefined && status >= 400 && status < 500)) return failed('not made', notMade(words));
  return failed('unknown', unknown(words));
}

const notMade = (why: string): string => `The MCP server did not take the call (${why}). It had no effect.`;

const unknown = (why: string): string =>
  `The MCP server did not answer the call (${why}). It may or may not have taken effect; check before you repeat it.`;

const failed = (end: Attempt['end'], words: string): Attempt => ({
  end,
  result: { content: [{ type: 'text', text: words.slice(0, LONGEST_MESSAGE) }], isError: true },
});

interface Said {
  readonly words: string;
  /** The status of HTTP, where that is what is wrong. */
  readonly status?: number;
  /** Whether the server itself answers the request so. */
  readonly isAnswer: boolean;
  /** False only if no byte of the request can have left. */
  readonly sent: boolean;
}

/** What an error of the client says. Its own words may quote a page of the server's; of those, only the status is told. */
function said(error: unknown): Said {
  if (error instanceof OutboundError) return { words: error.message, isAnswer: false, sent: error.sent };
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  if (name === 'McpError') return { words: String(message), isAnswer: true, sent: true };
  if (typeof code === 'number' && code >= 100)
    return { words: `HTTP ${code}`, status: code, isAnswer: false, sent: true };
  return { words: 'what came back is no answer of an MCP server', isAnswer: false, sent: true };
}

/** The same without the tokens that the server was sent, should it have said them. */
function scrubbed<T>(value: T, tokens: readonly Secret[]): T {
  if (tokens.length === 0) return value;
  return JSON.parse(scrub(JSON.stringify(value), tokens)) as T;
}
