/** A token endpoint and an MCP server, real ones on this machine, that remember what they were sent. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(request, response, Buffer.concat(chunks).toString()));
    request.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers a request to the endpoint itself, instead of giving tokens. */
export type Interference = (response: ServerResponse) => void | 'go on' | Promise<void | 'go on'>;

/**
 * A token endpoint that gives each refresh token one use, as the strictest do: the second one revokes everything. Access tokens
 * are `access-N`, refresh tokens `refresh-N`.
 */
export class TokenEndpoint {
  /** How often each refresh token was presented. */
  readonly uses = new Map<string, number>();
  readonly requests: { readonly form: URLSearchParams; readonly authorization: string | undefined }[] = [];
  interfere: Interference | undefined;
  rotates = true;
  lifetimeSeconds: number | undefined = 3_600;
  revoked = false;
  private issued = 0;
  private current = 'refresh-0';
  private running: Running | undefined;

  static async start(): Promise<TokenEndpoint> {
    const endpoint = new TokenEndpoint();
    endpoint.running = await serve((request, response, body) => void endpoint.answer(request, response, body));
    return endpoint;
  }

  get url(): string {
    return `${this.running?.url ?? ''}/token`;
  }

  /** The access token that servers take now. */
  get accessToken(): string {
    return `access-${this.issued}`;
  }

  async close(): Promise<void> {
    await this.running?.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const form = new URLSearchParams(body);
    const presented = form.get('refresh_token') ?? '';
    this.requests.push({ form, authorization: request.headers.authorization });
    if (this.interfere && (await this.interfere(response)) !== 'go on') return;
    this.uses.set(presented, (this.uses.get(presented) ?? 0) + 1);
    if (this.revoked || presented !== this.current) {
      this.revoked = true;
      reply(response, 400, { error: 'invalid_grant', error_description: `${presented} was used already` });
      return;
    }
    this.issued += 1;
    if (this.rotates) this.current = `refresh-${this.issued}`;
    reply(response, 200, {
      access_token: this.accessToken,
      token_type: 'Bearer',
      ...(this.lifetimeSeconds === undefined ? {} : { expires_in: this.lifetimeSeconds }),
      ...(this.rotates ? { refresh_token: this.current } : {}),
    });
  }
}

/** An MCP server over streamable HTTP that lets in who has the token. */
export class McpServer {
  readonly methods: string[] = [];
  readonly tokens: (string | undefined)[] = [];
  /** Which token is good. */
  accepts: () => string = () => 'access-0';
  /** Whether anybody may open a session, and only listing tools needs the token. */
  opensToAll = false;
  /** Whether answers come as streams of events, which stay open. */
  streams = false;
  interfere: Interference | undefined;
  private running: Running | undefined;

  static async start(): Promise<McpServer> {
    const server = new McpServer();
    server.running = await serve((request, response, body) => void server.answer(request, response, body));
    return server;
  }

  get url(): string {
    return `${this.running?.url ?? ''}/mcp`;
  }

  async close(): Promise<void> {
    await this.running?.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { method = request.method ?? '', id } =
      body === '' ? {} : (JSON.parse(body) as { method?: string; id?: number });
    const token = request.headers.authorization?.replace('Bearer ', '');
    this.methods.push(method);
    this.tokens.push(token);
    if (this.interfere && (await this.interfere(response)) !== 'go on') return;
    const isOpen = this.opensToAll && method !== 'tools/list';
    if (!isOpen && token !== this.accepts()) {
      reply(response, 401, { error: `no entry with ${token}`, hint: Buffer.from(token ?? '').toString('base64') });
      return;
    }
    if (id === undefined) return void response.writeHead(202).end();
    const result = method === 'initialize' ? { protocolVersion: '2025-06-18', capabilities: {} } : { tools: [] };
    const message = { jsonrpc: '2.0', id, result };
    if (!this.streams) return reply(response, 200, message, { 'mcp-session-id': 'session-1' });
    response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 'session-1' });
    response.write(`: hello\n\nevent: message\ndata: ${JSON.stringify(message)}\n\n`);
  }
}

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
