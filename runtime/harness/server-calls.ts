/** Server calls: makes calls of MCP tools, stops when told to, and gives the outcome. */
import { MICROS_PER_MS, type Micros } from '../contract/time';
import type { McpConnections } from '../mcp/port';
import type { Commit, EventRecord, OpenCall, SessionRecord, ThreadRef } from '../store/records';
import { watchForInterrupt } from './interrupts';
import type { Lease } from './lease';
import type { Outcome } from './outcome';
import type { HarnessDeps } from './ports';

/** How long one call may take. */
const LONGEST_CALL_MS = 5 * 60 * 1_000;

export interface Calling {
  readonly ref: ThreadRef;
  readonly session: SessionRecord;
  readonly connections: McpConnections;
  readonly lease: Lease;
  /** The commit that says that these calls are being made. */
  readonly commit: Commit;
  readonly callIds: readonly string[];
  /** Records among which the calls' events stand. */
  readonly context: readonly EventRecord[];
  /** When all calls must have come to an end. */
  readonly deadline: Micros;
  readonly signal: AbortSignal;
}

type Results = Extract<Outcome, { type: 'called' }>['results'];

/**
 * Makes the calls, all at once. Those that an interrupt or the end of the process cut off are missing from the outcome. Undefined
 * when the lease was lost: whoever has it now says of them what it knows.
 */
export async function callServers(deps: HarnessDeps, calling: Calling): Promise<Outcome | undefined> {
  const { lease, commit } = calling;
  const interrupted = new AbortController();
  const done = new AbortController();
  const stop = AbortSignal.any([interrupted.signal, lease.lost, calling.signal]);
  void watchForInterrupt(deps, calling, interrupted, done.signal);
  try {
    const calls = commit.summary.openCalls.filter(({ id }) => calling.callIds.includes(id));
    const results = await Promise.all(calls.map((call) => makeCall(deps, calling, call, stop)));
    return lease.lost.aborted ? undefined : { type: 'called', results: results.flat() };
  } finally {
    done.abort();
  }
}

async function makeCall(
  { clock }: HarnessDeps,
  { session, connections, context, deadline }: Calling,
  { id, name, mcpServer, repeatable }: OpenCall,
  signal: AbortSignal,
): Promise<Results> {
  const server = session.agent.mcp_servers.find((one) => one.name === mcpServer);
  const use = context.find(({ event }) => event.id === id)?.event;
  if (!server || use?.type !== 'agent.mcp_tool_use') {
    throw new Error(`The call ${id} belongs to no server of its session, or its event is not in the context`);
  }
  const timeoutMs = Math.min(LONGEST_CALL_MS, (deadline - clock.now()) / MICROS_PER_MS);
  const result = await connections.call(
    { server, tool: name, input: use.input, repeatable: repeatable === true, timeoutMs },
    signal,
  );
  return result ? [{ callId: id, ...result }] : [];
}
