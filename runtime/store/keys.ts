/**
 * The keys of every item. Each carries its workspace, so that no request can reach another's; the exceptions are the rows by
 * which a key's hash is looked up, since the workspace is what that look-up finds, and sandboxes that are nobody's yet. Parts are percent-encoded: no id, however
 * strange, reaches past its own part.
 */
import { createHash } from 'node:crypto';
import { primaryThreadOf } from '../contract/ids';
import type { ThreadRef } from './records';
import type { CredentialRef, VaultRef } from './vault-ports';

/** The primary key of an item, in both tables. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** A range of sort keys, both ends inclusive. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

const path = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/');
/** Sorts after every character that an encoded part or a number is made of. */
const END = '~';

// ---- sessions: one collection a thread. The sort keys' order is HEAD, inbox, log, previews, session: one ascending query from
// the inbox to the log sees an event that moves from one to the other at least once.

export const threadPartition = (ref: ThreadRef): string => path(ref.workspace, ref.sessionId, ref.threadId);

/** The thread that a partition of the sessions table belongs to. */
export function threadOfPartition(pk: string): ThreadRef {
  const [workspace = '', sessionId = '', threadId = ''] = pk.split('/').map(decodeURIComponent);
  return { workspace, sessionId, threadId };
}

export const headKey = (ref: ThreadRef): ItemKey => ({ pk: threadPartition(ref), sk: 'HEAD' });

const INBOX = 'INBOX#';
export const inboxKey = (ref: ThreadRef, key: string): ItemKey => ({ pk: threadPartition(ref), sk: INBOX + key });
export const inboxRange: KeyRange = { from: INBOX, to: INBOX + END };
/** The part of an inbox item's sort key that names it to the code above. */
export const inboxNameOf = (sk: string): string => sk.slice(INBOX.length);

const LOG = 'LOG#';
const COMMIT_DIGITS = 12;
/** The highest commit number that a key can hold. */
export const LAST_COMMIT = 10 ** COMMIT_DIGITS - 1;
const commitSortKey = (n: number): string => LOG + String(n).padStart(COMMIT_DIGITS, '0');
export const commitKey = (ref: ThreadRef, n: number): ItemKey => ({ pk: threadPartition(ref), sk: commitSortKey(n) });
export const commitRange = (from: number, to: number): KeyRange => ({
  from: commitSortKey(from),
  to: commitSortKey(to),
});

const PREVIEW = 'PREVIEW#';
export const previewKey = (ref: ThreadRef, name: string): ItemKey => ({ pk: threadPartition(ref), sk: PREVIEW + name });
export const previewRange = (from: string): KeyRange => ({ from: PREVIEW + from, to: PREVIEW + END });
export const previewNameOf = (sk: string): string => sk.slice(PREVIEW.length);

const SESSION = 'SESSION';
/** The session's record stands in the collection of its primary thread. */
export const sessionKey = (workspace: string, sessionId: string): ItemKey => ({
  pk: threadPartition({ workspace, sessionId, threadId: primaryThreadOf(sessionId) }),
  sk: SESSION,
});
/** Everything of a thread but the session's record, in two ranges; a delete takes the record last, so that it can be repeated. */
export const threadContentRange: KeyRange = { from: 'A', to: PREVIEW + END };

export const sessionListPartition = (workspace: string): string => path(workspace);

/** Where the bodies of a thread lie that are too big for an item. */
export const threadBlobs = (ref: ThreadRef): string => `${threadPartition(ref)}/`;
/** Where everything of a session lies: its record, its files, the bodies of its threads. */
export const allBlobsOf = (workspace: string, sessionId: string): string => `${path(workspace, sessionId)}/`;
export const sessionBlobs = (workspace: string, sessionId: string): string => `${path(workspace, sessionId)}/record/`;
/** Where an archive of a session's files lies. */
export const workspaceBlob = (workspace: string, sessionId: string, name: string): string =>
  `${path(workspace, sessionId)}/workspace/${encodeURIComponent(name)}`;

// ---- control: catalogs

export const catalogPartition = (kind: string, workspace: string): string => path(workspace, kind);
const ENTRY = 'ENTRY#';
export const catalogKey = (kind: string, workspace: string, id: string): ItemKey => ({
  pk: catalogPartition(kind, workspace),
  sk: ENTRY + encodeURIComponent(id),
});
export const catalogRange: KeyRange = { from: ENTRY, to: ENTRY + END };
export const catalogBlobs = (kind: string, workspace: string, id: string): string => `${path(workspace, kind, id)}/`;

export const versionPartition = (kind: string, workspace: string, id: string): string => path(workspace, kind, id);
const VERSION = 'VERSION#';
const VERSION_DIGITS = 10;
const versionSortKey = (version: number): string => VERSION + String(version).padStart(VERSION_DIGITS, '0');
export const versionKey = (kind: string, workspace: string, id: string, version: number): ItemKey => ({
  pk: versionPartition(kind, workspace, id),
  sk: versionSortKey(version),
});
export const versionRange: KeyRange = { from: VERSION, to: VERSION + END };

// ---- control: vaults. The credentials that clients see are catalogs; here stands what only the broker and its like need.

/** The kind of the catalog that holds the credentials of a vault. */
export const credentialsOf = (vaultId: string): string => `credentials/${vaultId}`;

export const vaultPartition = ({ workspace, vaultId }: VaultRef): string => path(workspace, 'vault', vaultId);
export const vaultHeadKey = (ref: VaultRef): ItemKey => ({ pk: vaultPartition(ref), sk: 'HEAD' });
export const refreshKey = (ref: CredentialRef): ItemKey => ({
  pk: vaultPartition(ref),
  sk: `REFRESH#${encodeURIComponent(ref.credentialId)}`,
});
export const vaultRange: KeyRange = { from: 'A', to: END };

// ---- control: work

export const workPartition = (workspace: string, environmentId: string): string =>
  path(workspace, 'work', environmentId);
const WORK_OF = 'SESSION#';
/** The item of a session: keyed by the session, so that a second one is a failed condition. */
export const workKey = (workspace: string, environmentId: string, sessionId: string): ItemKey => ({
  pk: workPartition(workspace, environmentId),
  sk: WORK_OF + encodeURIComponent(sessionId),
});
/** The session whose work item has this key. */
export const sessionOfWork = ({ sk }: ItemKey): string => decodeURIComponent(sk.slice(WORK_OF.length));
const WORK_NAME = 'WORK#';
/** The pointer from a work item's own id to its session. */
export const workNameKey = (workspace: string, environmentId: string, workId: string): ItemKey => ({
  pk: workPartition(workspace, environmentId),
  sk: WORK_NAME + encodeURIComponent(workId),
});
export const workNameRange: KeyRange = { from: WORK_NAME, to: WORK_NAME + END };

/** Worker ids come from outside and have any length and shape, so a key holds their hash. */
export const workerKey = (workspace: string, environmentId: string, workerId: string): ItemKey => ({
  pk: workerPartition(workspace, environmentId),
  sk: createHash('sha256').update(workerId).digest('hex'),
});
export const workerPartition = (workspace: string, environmentId: string): string =>
  path(workspace, 'workers', environmentId);
export const workerRange: KeyRange = { from: '0', to: END };

// ---- control: sessions that were deleted

export const tombstoneKey = (workspace: string, sessionId: string): ItemKey => ({
  pk: path(workspace, 'deleted'),
  sk: `DELETED#${encodeURIComponent(sessionId)}`,
});

// ---- control: the warm pool

export const WARM_PARTITION = 'WARM';
/** A sandbox of the warm pool, by the hash of its ticket. */
export const warmKey = (ticketHash: string): ItemKey => ({ pk: WARM_PARTITION, sk: ticketHash });
/** No workspace has a name with such a sign in it. */
export const warmQueue = (pool: string): string => `${WARM_PARTITION}#${pool}`;

// ---- control: keys

/** The row that a presented key is looked up by. */
export const keyHashKey = (hash: string): ItemKey => ({ pk: `KEY#${hash}`, sk: 'KEY' });
/** The rows of a kind of key of all workspaces, for the command that lists and revokes them. */
export const keyListPartition = (kind: string): string => `KEYS#${kind}`;
export const keyListKey = (kind: string, workspace: string, keyId: string): ItemKey => ({
  pk: keyListPartition(kind),
  sk: path(workspace, keyId),
});
export const keyListRange = (workspace?: string): KeyRange =>
  workspace === undefined ? { from: '!', to: END } : { from: `${path(workspace)}/`, to: `${path(workspace)}/${END}` };
