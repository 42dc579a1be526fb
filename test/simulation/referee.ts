/** Looks at every write as it is carried out: what the rows of the tables may never become, whoever was late with what. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Micros } from '../../runtime/contract/time';
import { threadOfPartition } from '../../runtime/store/keys';
import type { InboxEntry } from '../../runtime/store/records';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { Item } from '../../runtime/store/table';
import type { Written } from './database';

/** States of a work item in which somebody has to come back to it, whatever dies. */
const AWAITED: readonly unknown[] = ['starting', 'active', 'stopping'];
/** States in which a worker of its own belongs to an item. */
const HELD: readonly unknown[] = ['starting', 'active'];
/** Attributes that say whose a thread is, and for how long. */
const LEASE = ['lease_owner', 'lease_until'] as const;

type Change = { readonly before: Item | undefined; readonly after: Item | undefined };
type Rule = (change: Change, writer: string) => (string | false | undefined)[];

export class Referee {
  readonly problems: string[] = [];
  /** Which process took the lease under each name. */
  readonly #owners = new Map<string, string>();
  /** The keys of inbox items and sessions that were deleted. */
  readonly #gone = new Set<string>();
  /** The partitions of threads of which commits were deleted. */
  readonly #cleared = new Set<string>();
  /** By partition: the commits that stand in it. */
  readonly #commits = new Map<string, number>();
  /** The sessions that have a tombstone. */
  readonly #tombstones = new Set<string>();
  /** The ids of the work items that can be found by name. */
  readonly #named = new Set<string>();
  /** By the id of a work item: who has given its worker up. */
  readonly #buriers = new Map<string, Set<string>>();

  /**
   * @param hasBlob whether a body was ever put under a key. Of a deleted session it may be gone before a sleeper points at it.
   * @param runs whether a task runs that was started with the claim of this hash.
   */
  constructor(
    private readonly hasBlob: (key: string) => boolean,
    private readonly now: () => Micros,
    private readonly runs: (claimHash: string) => boolean,
  ) {}

  /** Judges what a process wrote. */
  saw(writer: string, written: Written): void {
    const before = written.before && (unmarshall(written.before) as Item);
    const after = written.after && (unmarshall(written.after) as Item);
    const kind = (after ?? before)?.sk.replace(/[#].*$/, '') ?? '';
    const found = this.#rules[kind]?.({ before, after }, writer) ?? [];
    for (const problem of found) if (problem) this.problems.push(`${writer}: ${problem}`);
  }

  readonly #rules: Readonly<Record<string, Rule>> = {
    HEAD: (change, writer) => this.#lease(change, writer),
    LOG: (change) => this.#commit(change),
    INBOX: (change, writer) => [...this.#inbox(change), ...this.#losses(change, writer)],
    // A session's record in one table, its work item in the other.
    SESSION: (change, writer) =>
      (change.after?.work_id ?? change.before?.work_id) ? this.#work(change, writer) : this.#session(change),
    WORK: (change) => this.#name(change),
    DELETED: (change) => this.#tombstone(change),
  };

  #lease({ before, after }: Change, writer: string): (string | false)[] {
    const owner = before?.lease_owner;
    const isTaken = typeof after?.lease_owner === 'string' && after.lease_owner !== owner;
    if (isTaken) this.#owners.set(String(after.lease_owner), writer);
    const isMoved = !isTaken && LEASE.some((name) => before?.[name] !== after?.[name]);
    const holder = this.#owners.get(String(owner));
    const isDue = typeof after?.due_at === 'number' && after.due_at <= Number(after.lease_until);
    const isHeld = owner !== undefined || after?.lease_owner !== undefined;
    return [
      after !== undefined && !isHeld && before?.due_at !== after.due_at && 'made a thread due whose lease nobody has',
      after !== undefined && isMoved && holder !== writer && `changed the lease of ${holder ?? 'nobody'}`,
      after?.lease_owner !== undefined && !isDue && 'left a lease that is not due when it lapses',
    ];
  }

  #commit({ before, after }: Change): (string | false)[] {
    const pk = (after ?? before)?.pk ?? '';
    if (!before && after) this.#commits.set(pk, (this.#commits.get(pk) ?? 0) + 1);
    if (before && !after) {
      this.#commits.set(pk, (this.#commits.get(pk) ?? 0) - 1);
      this.#cleared.add(pk);
    }
    const isChanged = before && after && !isDeepEqual(before, after);
    return [isChanged === true && `changed the commit ${before?.sk}`, this.#lacksBody(after)];
  }

  #inbox({ before, after }: Change): (string | false)[] {
    // Of a deleted session, the commit that used it up is gone, and nobody takes it up again.
    const isOver = this.#tombstones.has(sessionOf((after ?? before)?.pk ?? ''));
    return [
      this.#comesBack({ before, after }) && !isOver && 'brought an inbox item back that was used up',
      !before && after !== undefined && after.due_at === undefined && 'left an inbox item that is not due',
      this.#lacksBody(after),
    ];
  }

  /** Whoever tells a thread that a worker is lost has given it up: until then it may show that it lives. */
  #losses({ before, after }: Change, writer: string): (string | false)[] {
    if (before || typeof after?.body !== 'string') return [];
    const entries = JSON.parse(after.body) as InboxEntry[];
    return entries.map(
      ({ signal }) =>
        signal?.type === 'sandbox_lost' &&
        !this.#buriers.get(signal.workId)?.has(writer) &&
        'told a thread of the loss of a worker that it has not given up',
    );
  }

  #session({ before, after }: Change): (string | false)[] {
    const { pk = '' } = before ?? {};
    const isUnkept = !after && (this.#commits.get(pk) ?? 0) > 0 && !this.#cleared.has(pk);
    const hasOlderStatus = before && after && Number(before.status_commit) > Number(after.status_commit);
    return [
      this.#comesBack({ before, after }) && 'brought a session back that was deleted',
      isOverwritten({ before, after }, (item) => [item.body, item.body_deflated, item.body_blob]) &&
        "overwrote a session's record that somebody else had changed",
      hasOlderStatus === true && 'told an older status of a session',
      isUnkept && 'deleted the record of a session whose log is there',
      before !== undefined && !after && !this.#tombstones.has(sessionOf(pk)) && 'deleted a session without a tombstone',
      this.#lacksBody(after),
    ];
  }

  #work({ before, after }: Change, writer: string): (string | false)[] {
    const { state, sessionTokenHash } = after ? workIn(after) : { state: undefined, sessionTokenHash: undefined };
    if (state === 'stopping' && sessionTokenHash === null && before?.revision !== after?.revision) {
      const id = String(after?.work_id);
      this.#buriers.set(id, (this.#buriers.get(id) ?? new Set()).add(writer));
    }
    return [
      before !== undefined && after !== undefined && before.work_id !== after.work_id && 'made a second work item',
      isOverwritten({ before, after }, (item) => item.record) && 'overwrote a work item that somebody else had changed',
      this.#isNameless(after) && 'left a work item that has no name',
      this.#isGivenUp({ before, after }, writer) && 'gave a worker up that was alive',
      AWAITED.includes(state) && after?.due_at === undefined && `left a work item that is ${state} and not due`,
    ];
  }

  /** What came too late to a deleted session is found by its tombstone, and needs no name. */
  #isNameless(after: Item | undefined): boolean {
    if (!after || this.#named.has(String(after.work_id))) return false;
    return !this.#tombstones.has(workIn(after).sessionId);
  }

  /** The sweeper may change what a worker holds only when it has been silent for too long, and who is told of its end when that has come. */
  #isGivenUp({ before, after }: Change, writer: string): boolean {
    if (!before || !after) return false;
    const { state, leaseUntil, claimHash, sessionTokenHash } = workIn(before);
    if (workIn(after).state === state) return false;
    const claim = claimHash ?? sessionTokenHash;
    if (writer.startsWith('watch')) return HELD.includes(state) && claim !== null && this.runs(claim);
    return writer.startsWith('sweeper') && state === 'active' && Number(leaseUntil) > this.now();
  }

  #tombstone({ before, after }: Change): (string | false)[] {
    if (after) this.#tombstones.add(String(after.ended_session));
    else this.#tombstones.delete(String(before?.ended_session));
    return [after !== undefined && after.due_at === undefined && 'left a tombstone that is not due'];
  }

  #name({ before, after }: Change): string[] {
    if (after) this.#named.add(String(after.work_id));
    else this.#named.delete(String(before?.work_id));
    return [];
  }

  #comesBack({ before, after }: Change): boolean {
    const { pk, sk } = after ?? before ?? { pk: '', sk: '' };
    const key = `${pk} ${sk}`;
    if (before && !after) this.#gone.add(key);
    return !before && after !== undefined && this.#gone.has(key);
  }

  #lacksBody(after: Item | undefined): string | false {
    const key = after?.body_blob;
    return typeof key === 'string' && !this.hasBlob(key) && `put ${after?.sk} before the body that it points at`;
  }
}

const workIn = (item: Item): WorkRecord => JSON.parse(String(item.record)) as WorkRecord;

const sessionOf = (partition: string): string => threadOfPartition(partition).sessionId;

/** Whether a record was changed by somebody who had not read it as it was. */
function isOverwritten({ before, after }: Change, recordOf: (item: Item) => unknown): boolean {
  if (!before || !after || isDeepEqual(recordOf(before), recordOf(after))) return false;
  return after.revision !== Number(before.revision) + 1;
}

const isDeepEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
