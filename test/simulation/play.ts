/** Plays one schedule of one scenario and says what is wrong with the outcome. */
import './determinism';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import type { ModelProvider } from '../../runtime/model/port';
import { checkHistory } from '../../runtime/thread/invariants';
import { Client } from './client';
import type { Scenario } from './scenarios';
import { Scheduler, seeded, type Fault, type Process } from './scheduler';
import { System, type WakeFault } from './system';

export interface Schedule {
  readonly seed: number;
  readonly faults: readonly (readonly [operation: number, fault: Fault])[];
  /** The share of wakes that are lost, and that are delivered twice. */
  readonly wakes?: { readonly lost: number; readonly doubled: number };
}

export interface Played {
  readonly operations: number;
  readonly outcome: string;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
  readonly events: readonly SessionEvent[];
}

/** Everything must be at rest within this time, whatever failed: retries, lapsed leases and sweeps included. */
const BOUND = 6 * 60 * MICROS_PER_SECOND;
const THINKING_MS = 300;

export async function play(scenario: Scenario, schedule: Schedule): Promise<Played> {
  const random = seeded(schedule.seed);
  const scheduler = new Scheduler(random, new Map(schedule.faults));
  const system = await System.open(scheduler, random, modelOf(scenario), wakeFaults(random, schedule));
  const outside = system.process('outside', false);
  const session = await system.session({ agent: scenario.agent, ...scenario.overrides });
  const client = new Client(system, outside, session);
  let finished = false;
  let resting = false;
  const watching = watchForRest(system, client, () => finished).then(() => {
    resting = true;
    return undefined;
  });
  void system.sweepFor(outside, () => resting);
  void scenario.client(client).then(() => {
    finished = true;
    return undefined;
  });
  const end = await scheduler.run(() => resting, BOUND);
  if (end === 'done') await watching;
  const { events, inbox } = await system.history(session);
  const problems = checkHistory(events, { accepted: client.accepted }).map(
    ({ invariant, message, eventId }) => `invariant ${invariant}: ${message}${eventId ? ` (${eventId})` : ''}`,
  );
  if (end !== 'done') problems.push(`the system does not come to rest: ${end}`);
  if (inbox > 0) problems.push(`${inbox} items are left in the inbox`);
  for (const [call, times] of system.effects) if (times > 1) problems.push(`the call ${call} ran ${times} times`);
  if (problems.length > 0) problems.push(...system.errors);
  const { operations, trace } = scheduler;
  return { operations, outcome: outcomeOf(events), problems, trace, events };
}

/** At rest: the client has what it came for, nothing waits, and the thread is idle. */
async function watchForRest(system: System, client: Client, finished: () => boolean): Promise<void> {
  for (;;) {
    await client.pause(1_000);
    if (!finished()) continue;
    const { status, inbox } = await system.history(client.session);
    if ((status === 'idle' || status === 'terminated') && inbox === 0) return;
  }
}

function wakeFaults(random: () => number, { wakes }: Schedule): () => WakeFault {
  return () => {
    if (!wakes) return 'deliver';
    const drawn = random();
    if (drawn < wakes.lost) return 'lose';
    return drawn < wakes.lost + wakes.doubled ? 'double' : 'deliver';
  };
}

function modelOf(scenario: Scenario): (process: Process, scheduler: Scheduler) => ModelProvider {
  let asked = 0;
  return (process, scheduler) => ({
    models: async () => [],
    respond: async (request, { signal } = {}) => {
      const said = await scheduler.io(process, 'model', async () => {
        asked += 1;
        return scenario.model(request, asked);
      });
      await scheduler.sleep(process, THINKING_MS, signal);
      const counts = { outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, webSearches: 0 };
      const usage = { inputTokens: said.inputTokens ?? 10, ...counts };
      if (signal?.aborted) return { blocks: [], stopReason: 'interrupted', stopDetails: null, usage };
      const calls = said.blocks.some(({ type }) => type === 'tool_use');
      return { blocks: said.blocks, stopReason: calls ? 'tool_use' : 'end_turn', stopDetails: null, usage };
    },
  });
}

/** What must not depend on what failed: who said what, which tools were called, and what they gave, where it is known. */
export function outcomeOf(events: readonly SessionEvent[]): string {
  const names = new Map<string, string>();
  const lines = events.flatMap((event) => {
    switch (event.type) {
      case 'user.message':
      case 'agent.message':
        return [`${event.type} ${JSON.stringify(event.content)}`];
      case 'agent.tool_use':
      case 'agent.custom_tool_use':
        names.set(event.id, `${event.name} ${JSON.stringify(event.input)}`);
        return [`call ${names.get(event.id)}`];
      case 'agent.tool_result':
        return [`result of ${names.get(event.tool_use_id)}`];
      case 'user.custom_tool_result':
        return [`result of ${names.get(event.custom_tool_use_id)}`];
      case 'session.status_idle':
        return [`idle ${event.stop_reason.type}`];
      default:
        return [];
    }
  });
  // An idle that waits is said more or less often, depending on which answers came together.
  return sortedRuns(lines.filter((line) => line !== 'idle requires_action')).join('\n');
}

/** Results of one response come in the order in which its tools and its client are done. */
function sortedRuns(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const line of [...lines, '']) {
    if (line.startsWith('result')) run.push(line);
    else {
      sorted.push(...run.toSorted(), line);
      run = [];
    }
  }
  return sorted;
}
