/** The MCP servers of a scenario: each of their tools has an effect that is counted, and everything on the way can fail. */
import type { DialledServer, McpClient, McpServer, ServerCall } from '../../runtime/mcp/port';
import type { ListedTool } from '../../runtime/store/records';
import type { Process, Scheduler } from './scheduler';

const CALL_MS = 150;
const schema = { inputSchema: { type: 'object' } };

/** `look` may run again; `note` and `risk` may not. */
export const SERVED_TOOLS: readonly ListedTool[] = [
  { name: 'look', ...schema, repeatable: true },
  { name: 'note', ...schema },
  { name: 'risk', ...schema },
];

export class SimulatedServers {
  /** How often each call took effect, by its tool and its input. */
  readonly effects = new Map<string, number>();

  constructor(private readonly scheduler: Scheduler) {}

  /** The servers as a process reaches them. */
  client(process: Process): McpClient {
    return {
      connect: () => ({
        dial: (servers) => Promise.all(servers.map((server) => this.#dial(process, server))),
        call: async (call, signal) => {
          const answer = await this.#call(process, call).catch(() => undefined);
          await this.scheduler.sleep(process, CALL_MS, signal);
          if (signal.aborted) return undefined;
          if (answer !== undefined) return result(answer, false);
          // As the client does: what may run again is tried once more.
          const again = call.repeatable ? await this.#call(process, call).catch(() => undefined) : undefined;
          return again === undefined ? result('It may or may not have taken effect.', true) : result(again, false);
        },
        unreachable: async () => [],
        close: async () => undefined,
      }),
    };
  }

  async #dial(process: Process, { name }: McpServer): Promise<DialledServer> {
    try {
      return await this.scheduler.io(process, 'dial', async () => ({ server: name, tools: SERVED_TOOLS }));
    } catch {
      return { server: name, failure: 'connection', message: 'not reached' };
    }
  }

  #call(process: Process, { tool, input }: ServerCall): Promise<string> {
    const work = async (): Promise<string> => {
      const name = effectName(tool, input);
      this.effects.set(name, (this.effects.get(name) ?? 0) + 1);
      return `ran ${name}`;
    };
    return this.scheduler.io(process, `call ${tool}`, work, { once: true });
  }
}

/** The name under which an effect is counted. */
export const effectName = (tool: string, input: Readonly<Record<string, unknown>>): string =>
  `${tool} ${JSON.stringify(input)}`;

const result = (text: string, isError: boolean) => ({ content: [{ type: 'text' as const, text }], isError });
