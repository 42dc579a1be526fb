import { DescribeTasksCommand, StopTaskCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import { hashOfSecret, makeWarmTicket } from '../resources/keys';
import { SEEN_WITHIN } from '../resources/warm-assignment';
import type { WarmOrder } from '../sandbox/container-contract';
import type { WarmAssignment, WarmSandbox, WarmStore } from '../store/warm-ports';
import { startTask, type FargatePlacement } from './fargate-task';
import { overridesFor } from './sandbox-sizes';
import { warmTagsOf } from './task-tags';

export interface WarmPoolOptions {
  readonly client: ECSClient;
  readonly placement: () => FargatePlacement;
  readonly warm: WarmStore;
  readonly clock: Clock;
  /** Told of a sandbox that could not be added to the pool. The next sweep tries again. */
  readonly onError: (error: unknown) => void;
  /** Makes the ticket of a sandbox. @default a secret that nobody can guess */
  readonly ticket?: () => string;
}

/** What sandboxes of one pool have in common. */
export interface WarmKind {
  /** The task definition, in its revision. */
  readonly revision: string;
  readonly size?: string;
}

/** Rivals take the same ones: with so many to choose from, one of them is left. */
const CANDIDATES = 10;
/** One that was asked for and not heard of by then never will be. */
const HEARD_WITHIN: Micros = 5 * 60 * MICROS_PER_SECOND;
/** One that was heard of and is silent for so long is dead, or hangs. */
const SILENT_AFTER: Micros = 60 * MICROS_PER_SECOND;
/** None stays for longer, so that no ticket works for longer, and no image grows old unseen. */
const OLDEST: Micros = 24 * 3_600 * MICROS_PER_SECOND;
/** A claimed one is forgotten when its task is gone, and not before whoever claimed it can have told of that. */
const CLAIM_SETTLED: Micros = 10 * 60 * MICROS_PER_SECOND;
/** What one call describes. */
const PAGE = 100;
const STARTED_BY = 'managed-agents-warm-pool';
const REASON = 'the warm pool does not need this sandbox any more';

/**
 * Sandboxes that were started before anybody wanted one. Each asks the API for work, with a ticket that is good for nothing else,
 * and is given to a session in one conditional write. The database says what there is; a crash anywhere leaves a row that the
 * next sweep finds: without a task (it is forgotten, a claimed one after a day), or a task that nobody needs (it is stopped).
 */
export class WarmPool {
  constructor(private readonly options: WarmPoolOptions) {}

  /** Gives a sandbox of the pool to the work, and starts the next one in its place. Undefined where none stands ready. */
  async take(kind: WarmKind, assignment: WarmAssignment): Promise<WarmSandbox | undefined> {
    if (this.wanted().length === 0) return undefined;
    const { warm, clock } = this.options;
    for (const { ticketHash } of await warm.ready(this.poolOf(kind), CANDIDATES)) {
      const now = clock.now();
      const claimed = await warm.claim(ticketHash, assignment, now, now - SEEN_WITHIN);
      if (!claimed) continue;
      if (this.isWanted(claimed)) await this.add(kind);
      return claimed;
    }
    return undefined;
  }

  /**
   * Brings the pool to what it should be: what is dead, old, of another revision or too many goes, what is missing is started.
   * Doing it twice, or in two places at once, does no harm but a sandbox too many until the next time.
   */
  async tend(): Promise<void> {
    const all = await this.options.warm.list();
    const kept = await this.drain(all.filter(({ state }) => state !== 'claimed'));
    await this.forget(all.filter(({ state }) => state === 'claimed'));
    for (const { kind, count } of this.wanted()) {
      const pool = this.poolOf(kind);
      const members = kept.filter((sandbox) => sandbox.pool === pool).toSorted((a, b) => a.startedAt - b.startedAt);
      for (const surplus of members.slice(count)) await this.remove(surplus);
      for (let missing = count - members.length; missing > 0; missing -= 1) await this.add(kind);
    }
  }

  /** The task of a sandbox has stopped. Resolves with what it was to do; undefined where it was nobody's. */
  async stopped(ticketHash: string): Promise<WarmAssignment | undefined> {
    const { warm } = this.options;
    if (await warm.retire(ticketHash)) {
      await warm.delete(ticketHash);
      await this.tend();
      return undefined;
    }
    return (await warm.get(ticketHash))?.assignment ?? undefined;
  }

  /** Removes what cannot be used any more. @returns the others. */
  private async drain(unclaimed: readonly WarmSandbox[]): Promise<WarmSandbox[]> {
    const now = this.options.clock.now();
    const kept: WarmSandbox[] = [];
    for (const sandbox of unclaimed) {
      if (this.isWanted(sandbox) && isUsable(sandbox, now)) kept.push(sandbox);
      else await this.remove(sandbox);
    }
    return kept;
  }

  /** Out of the pool first, so that nobody is given what is about to be stopped. */
  private async remove({ ticketHash, task }: Pick<WarmSandbox, 'ticketHash' | 'task'>): Promise<void> {
    const { warm, client, placement } = this.options;
    if (!(await warm.retire(ticketHash))) return;
    if (task !== null) {
      // Where that fails, its next question is refused, and it ends by itself.
      const stop = new StopTaskCommand({ cluster: placement().cluster, task, reason: REASON });
      await client.send(stop).catch(this.options.onError);
    }
    await warm.delete(ticketHash);
  }

  /** Forgets claimed ones whose task is gone. */
  private async forget(claimed: readonly WarmSandbox[]): Promise<void> {
    const { warm, clock, client, placement } = this.options;
    const now = clock.now();
    const old = claimed.filter((sandbox) => isSettled(sandbox, now)).slice(0, PAGE);
    const tasks = old.flatMap(({ task }) => (task === null ? [] : [task]));
    if (old.length === 0) return;
    const { tasks: found = [] } =
      tasks.length === 0 ? {} : await client.send(new DescribeTasksCommand({ cluster: placement().cluster, tasks }));
    const alive = new Set(found.filter(({ lastStatus }) => lastStatus !== 'STOPPED').map(({ taskArn }) => taskArn));
    for (const { ticketHash, task } of old) if (task === null || !alive.has(task)) await warm.delete(ticketHash);
  }

  /** The row first: a task whose row is missing is nobody's, and is refused when it asks. */
  private async add(kind: WarmKind): Promise<void> {
    const { client, warm, clock, onError, ticket: makeTicket = makeWarmTicket } = this.options;
    const placement = this.options.placement();
    const ticket = makeTicket();
    const ticketHash = hashOfSecret(ticket);
    try {
      await warm.add({ ticketHash, pool: this.poolOf(kind), startedAt: clock.now() });
      const order: WarmOrder = { baseUrl: placement.apiUrl, ticket, maxIdleMs: placement.maxIdleMs };
      const tags = warmTagsOf(ticketHash);
      const start = { ...kind, order, tags, startedBy: STARTED_BY, startId: ticketHash, spare: true };
      const task = await startTask(client, placement, start);
      if (task !== undefined) await warm.noteTask(ticketHash, task);
    } catch (error) {
      onError(error);
      // ECS may have started it all the same, and somebody may have been given it by now.
      // What cannot be taken out now is left to the next sweep: whoever has just been given a sandbox need not care.
      await this.remove({ ticketHash, task: null }).catch(onError);
    }
  }

  /** What the deployment wants to stand ready. */
  private wanted(): Array<{ readonly kind: WarmKind; readonly count: number }> {
    const { warm = {}, revisions } = this.options.placement();
    return Object.entries(warm)
      .filter(([, count]) => count > 0)
      .map(([size, count]) => ({ kind: { revision: revisions.task, size: size === '' ? undefined : size }, count }));
  }

  private isWanted({ pool }: WarmSandbox): boolean {
    return this.wanted().some(({ kind }) => this.poolOf(kind) === pool);
  }

  /** A size whose meaning has changed is another pool. */
  private poolOf({ revision, size }: WarmKind): string {
    return `${revision} ${JSON.stringify(overridesFor(size, this.options.placement().sizes ?? {}))}`;
  }
}

/** Of one whose maker died before it had noted the task, nobody knows whether the task runs; no sandbox works for a day. */
const isSettled = ({ claimedAt, task }: WarmSandbox, now: Micros): boolean =>
  claimedAt !== null && claimedAt < now - (task === null ? OLDEST : CLAIM_SETTLED);

function isUsable({ state, startedAt, seenAt }: WarmSandbox, now: Micros): boolean {
  if (state === 'retired' || startedAt < now - OLDEST) return false;
  return state === 'starting' ? startedAt >= now - HEARD_WITHIN : (seenAt ?? 0) >= now - SILENT_AFTER;
}
