/** Looks at every write of the warm pool as it is carried out, and at what has become of the pool when all is over. */
import type { Tag } from '@aws-sdk/client-ecs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { warmNameOf } from '../../runtime/aws/task-tags';
import { MICROS_PER_SECOND, type Micros } from '../../runtime/contract/time';
import { hashOfSecret } from '../../runtime/resources/keys';
import { goesBy } from '../../runtime/resources/work-item';
import { WARM_PARTITION } from '../../runtime/store/keys';
import type { Item } from '../../runtime/store/table';
import type { WarmAssignment, WarmSandbox } from '../../runtime/store/warm-ports';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { Cluster } from './cluster';
import type { Written } from './database';

/** One that was not heard of for so long is given to nobody, but for what a write takes. */
const SEEN_WITHIN: Micros = 15 * MICROS_PER_SECOND;
const A_WRITE_TAKES: Micros = 6 * MICROS_PER_SECOND;
/** So long, a sandbox that was given work is remembered. */
const CLAIM_SETTLED: Micros = 600 * MICROS_PER_SECOND;
/** So long, one whose task is not known. */
const A_DAY: Micros = 86_400 * MICROS_PER_SECOND;
/** When only time has to pass, somebody comes by as often. */
const SWEPT_WITHIN: Micros = 240 * MICROS_PER_SECOND;
/** A worker that holds an item. */
const HELD: readonly unknown[] = ['starting', 'active'];

type Change = { readonly before: Item | undefined; readonly after: Item | undefined };
type Found = readonly (string | false)[];

/** How a run went. */
export interface Course {
  /** Nothing failed: at most somebody was slow for a moment. */
  readonly isCalm: boolean;
  /** Somebody stopped for as long as others pleased. */
  readonly hasZombies: boolean;
}

export interface PoolDeps {
  readonly cluster: () => Cluster;
  readonly now: () => Micros;
}

export class PoolReferee {
  /** Whether nothing is left to happen but what time brings. */
  onlyTimePasses = false;
  /** What may never be, whatever failed. */
  readonly #problems: string[] = [];
  /** What may not be where nothing failed. */
  readonly #losses: string[] = [];
  /** What may not be where nobody slept. */
  readonly #delays: string[] = [];
  /** The rows that stand. */
  readonly #rows = new Map<string, Item>();
  /** By the hash of a ticket: that of the claim which its sandbox was given. It holds when the row is gone, too. */
  readonly #claims = new Map<string, string>();
  /** Who took a sandbox out of the pool, and has not put another one in its place. */
  readonly #takers = new Set<string>();
  /** The work items, by their ids. */
  readonly #works = new Map<string, WorkRecord>();
  /** By the id of a work item: the hash of the claim whose worker was given up. */
  readonly #buried = new Map<string, string>();

  /** @param size how many sandboxes are to stand ready. */
  constructor(
    public size: number,
    private readonly given: PoolDeps,
  ) {}

  /** The hash of the claim that a sandbox was given. */
  claimGivenTo(ticketHash: string): string | undefined {
    return this.#claims.get(ticketHash);
  }

  /** Notes what somebody else has seen that may never be. */
  tell(problem: string): void {
    this.#problems.push(problem);
  }

  /** Judges what a process wrote. */
  saw(writer: string, written: Written): void {
    const change: Change = {
      before: written.before && (unmarshall(written.before) as Item),
      after: written.after && (unmarshall(written.after) as Item),
    };
    if ((change.after ?? change.before)?.pk === WARM_PARTITION) this.#sawSandbox(writer, change);
    else if (change.after?.record !== undefined) this.#sawWork(writer, change.after);
  }

  /** Judges the end of a task that somebody stops: nobody may be given what is about to go, and nobody may lose what works. */
  stops(tags: readonly Tag[]): void {
    const name = warmNameOf(tags) ?? '';
    const state = this.#rows.get(name)?.state;
    if (state === 'starting' || state === 'ready') this.#problems.push(`stopped a sandbox that is ${state}`);
    const claim = this.#claims.get(name);
    const isHeld = (work: WorkRecord): boolean => HELD.includes(work.state) && goesBy(work, claim ?? null);
    if (claim !== undefined && [...this.#works.values()].some(isHeld)) this.#problems.push('stopped a sandbox at work');
  }

  /** All that is wrong at the end of a run that went so. */
  problems({ isCalm, hasZombies }: Course): string[] {
    const nothingFailed = [
      ...this.#losses,
      ...(this.given.cluster().starts.size > 0 ? ['a sandbox was started although one stood ready'] : []),
      ...(this.#claims.size === 0 ? ['no sandbox of the pool was given work'] : []),
      ...(this.#takers.size > 0 ? ['who took a sandbox of the pool put no other one in its place'] : []),
      ...[...this.#rows.values()].flatMap(({ task }) =>
        task === undefined ? ['it is not known which task a sandbox of the pool is'] : [],
      ),
    ];
    return [
      ...this.#problems,
      ...(hasZombies ? [] : this.#delays),
      ...(isCalm ? nothingFailed.map((problem) => `nothing failed, yet ${problem}`) : []),
    ];
  }

  /** What keeps the pool from being what it should be: as many as were asked for, all ready, and no task beside them. */
  left(sandboxes: readonly WarmSandbox[]): string[] {
    const running = this.given.cluster().running.map(({ arn, tags }) => ({ arn, ticketHash: warmNameOf(tags) }));
    const alive = new Set(running.map(({ ticketHash }) => ticketHash));
    const ready = new Set(
      sandboxes.flatMap(({ state, ticketHash }) => (state === 'ready' && alive.has(ticketHash) ? [ticketHash] : [])),
    );
    // Whose maker died before it had noted the task is remembered for a day: it is enough to see that it is not forgotten sooner.
    const since = this.given.now() - CLAIM_SETTLED - SWEPT_WITHIN;
    const isAwaited = ({ state, task, claimedAt }: WarmSandbox): boolean =>
      state !== 'claimed' || task !== null || (claimedAt ?? 0) > since;
    const others = sandboxes.filter((sandbox) => !ready.has(sandbox.ticketHash) && isAwaited(sandbox));
    const unneeded = running.filter(({ ticketHash = '' }) => !ready.has(ticketHash));
    return [
      ...(ready.size === this.size ? [] : [`${ready.size} sandboxes stand ready, not ${this.size}`]),
      ...others.map(({ state }) => `a sandbox is still remembered that is ${state}`),
      ...unneeded.map(({ arn }) => `${arn} still runs, and nobody needs it`),
    ];
  }

  #sawSandbox(writer: string, change: Change): void {
    const { before, after } = change;
    const name = (after ?? before)?.sk ?? '';
    const tell = (to: string[], found: Found): void => {
      for (const problem of found) if (problem) to.push(`${writer} ${problem}`);
    };
    tell(this.#losses, [this.#isNeeded(change) && 'took a sandbox out of the pool that is alive and needed']);
    tell(this.#delays, [this.#isSilent(change) && 'gave work to a sandbox that was not heard of for long']);
    tell(this.#problems, after ? this.#row(before, after) : this.#forgotten(before));
    const assignment = assignmentIn(after);
    if (assignment && !this.#claims.has(name)) this.#takers.add(writer);
    if (assignment) this.#claims.set(name, hashOfSecret(assignment.claim));
    if (!before) this.#takers.delete(writer);
    if (after) this.#rows.set(name, after);
    else this.#rows.delete(name);
  }

  #row(before: Item | undefined, after: Item): Found {
    const [was, is] = [before?.state, after.state];
    const isGiven = is === 'claimed' && was !== 'claimed';
    const claim = assignmentIn(after)?.claim ?? '';
    return [
      !before && is !== 'starting' && 'brought a sandbox of the pool back that was forgotten',
      before?.assignment !== undefined && before.assignment !== after.assignment && 'changed what a sandbox is to do',
      was === 'claimed' && is !== 'claimed' && 'took a sandbox from its work',
      was === 'retired' && is !== 'retired' && 'brought a sandbox back that was to go',
      isGiven && was !== 'ready' && `gave work to a sandbox that is ${String(was)}`,
      isGiven && [...this.#claims.values()].includes(hashOfSecret(claim)) && 'gave the same work to two sandboxes',
      (is === 'ready') !== (after.queue_of !== undefined) && `left a sandbox that is ${String(is)} at the wrong place`,
    ];
  }

  /** A row goes when nobody can be given it any more, and when whose it was has long gone. */
  #forgotten(before: Item | undefined): Found {
    if (!before || before.state === 'retired') return [];
    if (before.state !== 'claimed') return [`forgot a sandbox that is ${String(before.state)}`];
    const settledAfter = before.task === undefined ? A_DAY : CLAIM_SETTLED;
    const isEarly = Number(before.claimed_at) > this.given.now() - settledAfter;
    return [
      this.#runs(before.sk) && 'forgot a sandbox that is at work',
      isEarly && 'forgot a sandbox whose end can still be told of',
    ];
  }

  #isNeeded({ before, after }: Change): boolean {
    if (!before || !isUnclaimed(before) || (after && after.state !== 'retired')) return false;
    return [...this.#rows.values()].filter(isUnclaimed).length <= this.size && this.#runs(before.sk);
  }

  #isSilent({ before, after }: Change): boolean {
    if (before?.state === 'claimed' || after?.state !== 'claimed') return false;
    return Number(before?.seen_at) < this.given.now() - SEEN_WITHIN - A_WRITE_TAKES;
  }

  /** When an item whose worker was given up is at rest, that worker has been stopped. */
  #sawWork(writer: string, after: Item): void {
    const is = JSON.parse(String(after.record)) as WorkRecord;
    const was = this.#works.get(is.id);
    this.#works.set(is.id, is);
    if (!was) return;
    const claim = was.claimHash ?? was.sessionTokenHash;
    if (is.state === 'stopping' && is.sessionTokenHash === null && claim !== null) this.#buried.set(is.id, claim);
    if (was.state !== 'stopping' || is.state === 'stopping') return;
    const buried = this.#buried.get(is.id);
    this.#buried.delete(is.id);
    if (buried !== undefined && this.given.cluster().runs(buried)) {
      this.#losses.push(`${writer} laid a work item to rest whose sandbox runs`);
    }
  }

  #runs(ticketHash: string): boolean {
    return this.given.cluster().running.some(({ tags }) => warmNameOf(tags) === ticketHash);
  }
}

const isUnclaimed = ({ state }: Item): boolean => state === 'starting' || state === 'ready';

const assignmentIn = (row: Item | undefined): WarmAssignment | undefined =>
  row?.assignment === undefined ? undefined : (JSON.parse(String(row.assignment)) as WarmAssignment);
