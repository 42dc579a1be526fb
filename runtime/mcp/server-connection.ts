/** Server connection: one MCP server, over streamable HTTP, by the official client. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js' with { 'resolution-mode': 'import' };
import type { JsonSchemaValidatorResult } from '@modelcontextprotocol/sdk/validation/types.js' with {
  'resolution-mode': 'import',
};
import type { ListedTool } from '../store/records';
import type { PrivateHosts } from '../vault/addresses';
import type { BearerGrant, Broker, SessionRef } from '../vault/ports';
import type { Secret } from '../vault/secret';
import { createGuardedFetch, type Fetch } from './guarded-fetch';
import { listedTools } from './listed-tools';
import type { McpServer } from './port';

const ABOUT_US = { name: 'managed-agents', version: '1.0.0' };
/** How many pages of a listing are read. */
const MOST_PAGES = 20;
/** How long a grant is used before the broker is asked again: so soon does a changed credential reach a connection. */
const GRANT_KEPT_MS = 5_000;
/** How long the client may take to go on with a stream that broke. */
const RESUME_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 1_000;
/** The client's own limit, which is never to be the one that counts. */
const NO_LIMIT_MS = 24 * 60 * 60 * 1_000;

export interface ServerConnectionDeps {
  /** Undefined where the deployment has no vaults: servers are then dialled without a credential. */
  readonly broker: Pick<Broker, 'bearerFor'> | undefined;
  readonly privateHosts: PrivateHosts;
}

/**
 * A connection that is opened once, used, and closed. The bearer token is asked for as it is needed and attached to requests to the
 * server's own URL alone; whoever uses the connection never sees it.
 */
export class ServerConnection {
  readonly #http;
  readonly #broken = new AsyncLocalStorage<AbortController>();
  #client: Client | undefined;
  #terminate: (() => Promise<void>) | undefined;
  #grant: { readonly grant: BearerGrant | undefined; readonly until: number } | undefined;
  readonly #tokens: Secret[] = [];

  constructor(
    private readonly deps: ServerConnectionDeps,
    private readonly session: SessionRef,
    private readonly server: McpServer,
  ) {
    this.#http = createGuardedFetch(deps.privateHosts);
  }

  /** The tokens that the server was sent: it may say them again in what it answers. */
  get tokens(): readonly Secret[] {
    return this.#tokens;
  }

  async open(signal: AbortSignal): Promise<void> {
    // Loaded when the first server is dialled: most sessions have none, and a cold start would pay for it.
    const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
      import('@modelcontextprotocol/sdk/client/index.js'),
      import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    ]);
    const transport = new StreamableHTTPClientTransport(new URL(this.server.url), { fetch: this.#fetch });
    const client = new Client(ABOUT_US, { capabilities: {}, jsonSchemaValidator: TRUSTING });
    await client.connect(transport, { signal, timeout: NO_LIMIT_MS });
    this.#client = client;
    this.#terminate = () => transport.terminateSession();
  }

  async listTools(signal: AbortSignal): Promise<ListedTool[]> {
    const client = this.#opened();
    if (!client.getServerCapabilities()?.tools) return [];
    const tools: unknown[] = [];
    let cursor: unknown;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const params = typeof cursor === 'string' ? { cursor } : {};
      const result = await this.#request('tools/list', params, signal);
      if (Array.isArray(result.tools)) tools.push(...(result.tools as unknown[]));
      cursor = result.nextCursor;
      if (typeof cursor !== 'string') break;
    }
    return listedTools(tools);
  }

  /**
   * @param broken aborted when the answer's stream has ended without the answer, and nothing was resumed: it will not come any more.
   */
  callTool(
    name: string,
    input: Record<string, unknown>,
    signal: AbortSignal,
    broken: AbortController,
  ): Promise<Record<string, unknown>> {
    const params = { name, arguments: input };
    return this.#broken.run(broken, () =>
      this.#request('tools/call', params, AbortSignal.any([signal, broken.signal])),
    );
  }

  /** Ends the session at the server, if it has sessions and answers soon. Never rejects. */
  async close(): Promise<void> {
    const late = new Promise<void>((resolve) => void setTimeout(resolve, CLOSE_WITHIN_MS).unref());
    await Promise.race([this.#terminate?.().catch(() => undefined), late]);
    await this.#client?.close().catch(() => undefined);
    this.#http.close();
  }

  #opened(): Client {
    if (!this.#client) throw new Error('The connection is not open');
    return this.#client;
  }

  /** The result as it came: what is in it is looked at by whoever uses it, so that one odd part does not cost the whole. */
  async #request(
    method: 'tools/list' | 'tools/call',
    params: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const options = { signal, timeout: NO_LIMIT_MS, maxTotalTimeout: NO_LIMIT_MS };
    return this.#opened().request({ method, params } as Parameters<Client['request']>[0], ResultSchema, options);
  }

  readonly #fetch: Fetch = async (url, init = {}) => {
    const headers = new Headers(init.headers);
    // The stream for what a server says by itself: nothing here listens to it.
    if (init.method === 'GET' && !headers.has('last-event-id')) return new Response(null, { status: 405 });
    const mayHaveToken = String(url) === String(new URL(this.server.url));
    const grant = mayHaveToken ? await this.#bearer() : undefined;
    const response = await this.#send(url, init, headers, grant);
    if (response.status !== 401 || !grant) return response;
    const renewed = await this.#bearer(grant.version);
    if (!renewed || renewed.version === grant.version) return response;
    await response.body?.cancel();
    return this.#send(url, init, headers, renewed);
  };

  async #send(url: string | URL, init: RequestInit, headers: Headers, grant?: BearerGrant): Promise<Response> {
    if (grant) headers.set('authorization', `Bearer ${grant.token.reveal()}`);
    const broken = this.#broken.getStore();
    // A stream that is resumed is a new request, by which the one that broke is forgiven.
    if (broken) clearTimeout(this.#ending.get(broken));
    return this.#http.fetch(url, { ...init, headers }, () => {
      if (broken) this.#ending.set(broken, setTimeout(() => broken.abort(), RESUME_WITHIN_MS).unref());
    });
  }

  readonly #ending = new WeakMap<AbortController, NodeJS.Timeout>();

  async #bearer(refused?: string): Promise<BearerGrant | undefined> {
    const now = Date.now();
    if (refused === undefined && this.#grant && this.#grant.until > now) return this.#grant.grant;
    const grant = await this.deps.broker?.bearerFor(this.session, this.server.url, refused);
    this.#grant = { grant, until: now + GRANT_KEPT_MS };
    if (grant) this.#tokens.push(grant.token);
    return grant;
  }
}

/** What a tool's output looks like is the model's to judge. The client would compile the server's schemas to code. */
const TRUSTING = {
  getValidator:
    <T>() =>
    (input: unknown): JsonSchemaValidatorResult<T> => ({ valid: true, data: input as T, errorMessage: undefined }),
};
