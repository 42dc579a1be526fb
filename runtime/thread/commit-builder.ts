import { toTimestamp, type Micros } from '../contract/time';
import type { EventType, EventOf, SessionEvent } from '../contract/wire';
import type { Commit, EventRecord, InboxEntry, InboxItem, PrivatePart, ThreadSummary } from '../store/records';
import { begin, fold } from './fold';
import { entryId } from './inbox';

/** What a decision may not make up by itself: the time and new names. */
export interface Stamp {
  readonly now: Micros;
  /** A new event id. */
  eventId(): string;
}

/** An event as its maker knows it: the builder adds its id, unless it has one, and its time. */
export type Draft<T extends EventType> = T extends EventType
  ? Omit<EventOf<T>, 'id' | 'processed_at'> & { readonly id?: string }
  : never;

/** An entry of the inbox with the item it came in. */
export interface Waiting {
  readonly item: InboxItem;
  readonly entry: InboxEntry;
}

/**
 * Builds one commit, record by record, and knows at each point what the thread's state would be. Times grow by at least a
 * microsecond a record, from now or from the log's last instant, whichever is later: `processed_at` orders the log even
 * where clocks of two harnesses disagree.
 */
export class CommitBuilder {
  #records: EventRecord[] = [];
  #taken = new Map<string, string[]>();
  #begins: string[] = [];
  readonly #stamp: Stamp;
  readonly n: number;
  summary: ThreadSummary;

  constructor(before: ThreadSummary, n: number, stamp: Stamp) {
    this.summary = before;
    this.n = n;
    this.#stamp = stamp;
  }

  get now(): Micros {
    return this.#stamp.now;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0 && this.#taken.size === 0 && this.#begins.length === 0;
  }

  /** A builder that has got as far as this one, and goes its own way from here. */
  fork(): CommitBuilder {
    const fork = new CommitBuilder(this.summary, this.n, this.#stamp);
    fork.#records = [...this.#records];
    fork.#taken = new Map(this.#taken);
    fork.#begins = [...this.#begins];
    return fork;
  }

  /** Adds an event that this service makes. Answers its id. */
  push<T extends EventType>(draft: Draft<T>, hidden?: PrivatePart): string {
    const id = draft.id ?? this.#stamp.eventId();
    this.#record({ ...draft, id } as unknown as SessionEvent, hidden);
    return id;
  }

  /** What this commit holds so far. */
  get records(): readonly EventRecord[] {
    return this.#records;
  }

  /** Adds to the private part of a record of this commit. */
  annotate(eventId: string, hidden: PrivatePart): void {
    const index = this.#records.findIndex(({ event }) => event.id === eventId);
    const record = this.#records[index];
    if (record) this.#records[index] = { ...record, private: { ...record.private, ...hidden } };
  }

  /** Moves a client's event from the inbox into the log, in the form the log shows it (its own, unless given). */
  admit({ item, entry }: Waiting, as?: SessionEvent, hidden?: PrivatePart): void {
    const event = as ?? entry.event;
    if (event) this.#record(event, hidden);
    this.drop({ item, entry });
  }

  /** Says that the call is being made from the moment at which this commit stands. */
  begin(callId: string): void {
    this.#begins.push(callId);
    this.summary = begin(this.summary, [callId]);
  }

  /** Uses an entry up without showing it. */
  drop({ item, entry }: Waiting): void {
    this.#taken.set(item.key, [...(this.#taken.get(item.key) ?? []), entryId(entry)]);
  }

  /** Whether this commit uses the entry up. */
  has({ item, entry }: Waiting): boolean {
    return this.#taken.get(item.key)?.includes(entryId(entry)) ?? false;
  }

  /** The commit. `items` is the inbox that the entries were taken from, already freed of what is history. */
  build(by: string, items: readonly InboxItem[]): Commit {
    const consumed: string[] = [];
    const partial: Record<string, readonly string[]> = {};
    for (const item of items) {
      const taken = this.#taken.get(item.key) ?? [];
      const before = this.summary.partial[item.key] ?? [];
      if (taken.length === item.entries.length) consumed.push(item.key);
      else if (taken.length + before.length > 0) partial[item.key] = [...before, ...taken];
    }
    const summary = { ...this.summary, partial };
    const begins = this.#begins.length > 0 ? { begins: this.#begins } : {};
    return { n: this.n, at: this.#stamp.now, by, records: this.#records, consumed, ...begins, summary };
  }

  #record(event: SessionEvent, hidden?: PrivatePart): void {
    const at = Math.max(this.#stamp.now, this.summary.lastAt + 1);
    const stamped = { ...event, processed_at: toTimestamp(at) } as SessionEvent;
    const record: EventRecord = hidden ? { event: stamped, private: hidden } : { event: stamped };
    this.#records.push(record);
    this.summary = fold(this.summary, record, this.n);
  }
}
