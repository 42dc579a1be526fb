/** An MCP server over streamable HTTP, by the official SDK, that notes what it was asked and can be told to misbehave. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export interface ServedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly annotations?: Record<string, unknown>;
  readonly run?: (input: Record<string, unknown>, request: IncomingMessage) => unknown;
}

/** What a request gets in place of the server's answer. Undefined lets it through. */
export type Interference = (method: string, request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export class TestMcpServer {
  tools: ServedTool[] = [];
  interfere: Interference = () => undefined;
  /** The JSON-RPC methods asked for, in order, and the tools called. */
  readonly methods: string[] = [];
  readonly called: { name: string; input: Record<string, unknown> }[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  static async start(tools: ServedTool[] = []): Promise<TestMcpServer> {
    const server = new TestMcpServer();
    server.tools = tools;
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  count(method: string): number {
    return this.methods.filter((one) => one === method).length;
  }

  /** Forgets all sessions, as a server does that was started anew. */
  forgetSessions(): void {
    this.#sessions.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = text === '' ? undefined : (JSON.parse(text) as { method?: string });
    const method = body?.method ?? request.method ?? '';
    this.methods.push(method);
    this.authorizations.push(request.headers.authorization);
    if (this.interfere(method, request, response)) return;
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? this.#sessions.get(id) : undefined;
    if (typeof id === 'string' && !known) return void response.writeHead(404).end();
    const transport = known ?? (await this.#open(request));
    await transport.handleRequest(request, response, body);
  }

  async #open(request: IncomingMessage): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
    });
    const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: this.tools.map(({ run: _run, inputSchema = { type: 'object' }, ...tool }) => ({
        ...tool,
        inputSchema,
      })) as never,
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: input = {} } }) => {
      this.called.push({ name, input });
      const tool = this.tools.find((one) => one.name === name);
      const given = await (tool?.run ?? (() => `${name} ran`))(input, request);
      return (typeof given === 'string' ? { content: [{ type: 'text', text: given }] } : given) as never;
    });
    await server.connect(transport as Parameters<Server['connect']>[0]);
    return transport;
  }
}
