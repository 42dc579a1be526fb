/** Dial: what a session's MCP servers offer, asked anew for each cycle (reference 6.4, 7.1). */
import { createHash } from 'node:crypto';
import type { SessionError } from '../contract/wire';
import type { DialledServer, McpConnections } from '../mcp/port';
import type { ServerTools, SessionRecord, ThreadSummary, ToolListing } from '../store/records';

/** What dialling gave, as a cycle that begins records it. */
export interface Dialled {
  readonly listing: ToolListing;
  readonly errors: readonly SessionError[];
}

/** Whether there is anything to dial before the thread's next cycle begins. */
export function mustDial(session: SessionRecord, summary: ThreadSummary): boolean {
  return session.agent.mcp_servers.length > 0 || mayHaveUnreachable(session, summary);
}

/** Said once, when the session begins (reference 6.4). */
function mayHaveUnreachable({ vaultIds, environmentConfig }: SessionRecord, { cycleStart }: ThreadSummary): boolean {
  const limited = environmentConfig.type === 'cloud' && environmentConfig.networking.type === 'limited';
  return cycleStart === 0 && vaultIds.length > 0 && limited;
}

/** Dials all servers at once. What fails is an error to record, and never ours. */
export async function dial(
  connections: McpConnections,
  session: SessionRecord,
  summary: ThreadSummary,
  signal: AbortSignal,
): Promise<Dialled> {
  const [servers, unreachable] = await Promise.all([
    connections.dial(session.agent.mcp_servers, signal),
    mayHaveUnreachable(session, summary) ? connections.unreachable() : [],
  ]);
  return {
    listing: listingOf(servers),
    errors: [
      ...unreachable.map(({ vaultId, credentialId }): SessionError => ({
        type: 'credential_host_unreachable_error',
        vault_id: vaultId,
        credential_id: credentialId,
        message: `The credential ${credentialId} names hosts that the environment's network policy does not allow.`,
        retry_status: { type: 'retrying' },
      })),
      ...servers.flatMap(errorOf),
    ],
  };
}

/** The listing of what was dialled, in the order of the servers; the order in which a server lists its tools does not count. */
export function listingOf(dialled: readonly DialledServer[]): ToolListing {
  const servers = dialled.map((one): ServerTools => {
    if (one.failure !== undefined) return { server: one.server, tools: [], failed: true };
    return { server: one.server, tools: one.tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  });
  return { digest: createHash('sha256').update(JSON.stringify(servers)).digest('hex'), servers };
}

/** What a session's servers offer that were never dialled. */
export const NO_LISTING: ToolListing = listingOf([]);

function errorOf(dialled: DialledServer): SessionError[] {
  if (dialled.failure === undefined) return [];
  const { server, message } = dialled;
  const what = { mcp_server_name: server, message, retry_status: { type: 'retrying' as const } };
  return dialled.failure === 'authentication'
    ? [{ type: 'mcp_authentication_failed_error', ...what }]
    : [{ type: 'mcp_connection_failed_error', ...what }];
}
