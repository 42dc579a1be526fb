/**
 * The two tables as data: the local database is created from this, and so is the stack's. Two and not one, because the
 * session log grows, expires and is restored differently from the few rows that describe agents, work and keys.
 */

/** A secondary index. It is sparse: only items that have both of its attributes stand in it. */
export interface IndexSchema {
  readonly name: string;
  /** The partition's attribute; always text. */
  readonly partition: string;
  readonly sort: { readonly name: string; readonly type: 'S' | 'N' };
  /** Attributes copied into the index beside the keys. */
  readonly include: readonly string[];
}

/** A table: both of its keys are text. */
export interface TableSchema {
  readonly partition: 'pk';
  readonly sort: 'sk';
  readonly indexes: readonly IndexSchema[];
  /** The attribute with the second (Unix time) after which the database may drop the item. */
  readonly timeToLive: typeof EXPIRES_AT;
}

export const EXPIRES_AT = 'expires_at';

/** Everything that must be looked at later, by kind (and a shard of it) and by when. */
export const DUE_INDEX: IndexSchema = {
  name: 'due',
  partition: 'due_shard',
  sort: { name: 'due_at', type: 'N' },
  include: [],
};

/** The sessions of a workspace by id, which is by creation. */
export const LIST_INDEX: IndexSchema = {
  name: 'list',
  partition: 'list_of',
  sort: { name: 'list_id', type: 'S' },
  include: ['environment_id'],
};

/** The sessions that are not archived, by the version of the harness that they are pinned to. */
export const RUNTIME_INDEX: IndexSchema = {
  name: 'runtime',
  partition: 'runtime_of',
  sort: { name: 'list_id', type: 'S' },
  include: [],
};

/** The work that waits in an environment, oldest first. */
export const QUEUE_INDEX: IndexSchema = {
  name: 'queue',
  partition: 'queue_of',
  sort: { name: 'queued_at', type: 'N' },
  include: [],
};

/** `sessions`: threads (inbox, log, previews, lease) and session records. `control`: catalogs, work items, keys. */
export const TABLES = {
  sessions: { partition: 'pk', sort: 'sk', indexes: [DUE_INDEX, LIST_INDEX, RUNTIME_INDEX], timeToLive: EXPIRES_AT },
  control: { partition: 'pk', sort: 'sk', indexes: [DUE_INDEX, QUEUE_INDEX], timeToLive: EXPIRES_AT },
} as const satisfies Record<string, TableSchema>;

/** What the tables are called in an account, or on a machine. */
export type TableNames = Readonly<Record<keyof typeof TABLES, string>>;
