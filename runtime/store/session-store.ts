import type { BodyCodec, StoredBody } from './codec';
import { ITEM_IS_NEW, ITEM_EXISTS, REVISION_IS_STILL_PREVIOUS } from './conditions';
import { allOf, anyOf, given, type Attributes } from './expressions';
import { allBlobsOf, sessionBlobs, sessionKey, sessionListPartition, type ItemKey } from './keys';
import { narrowed, pageOf, type ReadFrom } from './paging';
import type { BlobStore, SessionStore } from './ports';
import type { SessionRecord } from './records';
import { passes } from './session-filter';
import type { Item, Table } from './table';
import { LIST_INDEX, RUNTIME_INDEX } from './tables';

const NOTHING_PROJECTED = 'attribute_not_exists(#status_commit)';
const PROJECTION_IS_OLDER = '#status_commit < :commit';
const STATUS_IS_NEWS = allOf(ITEM_EXISTS, anyOf(NOTHING_PROJECTED, PROJECTION_IS_OLDER));
const CREATED_IN_ENVIRONMENT = '#environment_id = :environment';

const LIST_PAGE = 50;
const ENVIRONMENT_PAGE = 1_000;

/** The records of sessions, over the sessions table. `update` and `project` change different attributes of one item. */
export function createSessionStore(table: Table, codec: BodyCodec, blobs: BlobStore): SessionStore {
  async function read(key: ItemKey): Promise<SessionRecord | undefined> {
    const item = await table.get(key);
    return item && toRecord(item);
  }

  async function toRecord(item: Item): Promise<SessionRecord | undefined> {
    if (item.deleting === true) return undefined;
    const { status, revision } = item;
    return {
      ...(await codec.decode<Omit<SessionRecord, 'status' | 'revision'>>(item as StoredBody)),
      status,
      revision,
    } as SessionRecord;
  }

  /** What an update writes: all but the status. */
  async function attributesOf({ status: _status, revision, ...body }: SessionRecord): Promise<Attributes> {
    return {
      revision,
      environment_id: body.environmentId,
      ...listed(body),
      ...(await codec.encode(body, sessionBlobs(body.workspace, body.id))),
    };
  }

  /** The sessions of a workspace from a position on, as their records are now. */
  async function* sessionsFrom(workspace: string, { beyond, ascending }: ReadFrom): AsyncGenerator<SessionRecord> {
    const all = { from: '!', to: '~' };
    const pages = table.pages({
      index: LIST_INDEX,
      partition: sessionListPartition(workspace),
      ...narrowed(all, beyond, ascending),
      descending: !ascending,
      pageSize: LIST_PAGE,
    });
    for await (const hints of pages) {
      const keys = hints.filter((hint) => hint.list_id !== beyond);
      for (const item of await table.getAll(keys)) {
        const record = item && (await toRecord(item));
        if (record) yield record;
      }
    }
  }

  return {
    async create(session) {
      const key = sessionKey(session.workspace, session.id);
      const item = { ...key, status: session.status, ...(await attributesOf(session)) };
      const created = await table.put(item, given(ITEM_IS_NEW));
      if (!created) throw new Error(`There is a session ${session.id} already`);
    },

    get: (workspace, sessionId) => read(sessionKey(workspace, sessionId)),

    async update(session) {
      const condition = given(REVISION_IS_STILL_PREVIOUS, { previous: session.revision - 1 });
      const key = sessionKey(session.workspace, session.id);
      return (await table.update(key, { set: await attributesOf(session) }, condition)) !== undefined;
    },

    async project(workspace, sessionId, status, commit) {
      const change = { set: { status, status_commit: commit } };
      await table.update(sessionKey(workspace, sessionId), change, given(STATUS_IS_NEWS, { commit }));
    },

    list: (workspace, filter, page) =>
      pageOf(
        page,
        (session) => session.id,
        async function* filtered(from) {
          for await (const session of sessionsFrom(workspace, from)) if (passes(session, filter)) yield session;
        },
      ),

    // The item before its blob: nobody finds a record whose body is gone. All that lies beside it goes, too: an archive of its files
    // may have arrived when nothing named it any more.
    async delete(workspace, sessionId) {
      await table.delete(sessionKey(workspace, sessionId));
      await blobs.deletePrefix(allBlobsOf(workspace, sessionId));
    },

    async anyOnHarness(version) {
      const hints = table.query({ index: RUNTIME_INDEX, partition: version, pageSize: 1 });
      const { done } = await hints[Symbol.asyncIterator]().next();
      return done !== true;
    },

    async anyInEnvironment(workspace, environmentId) {
      const hints = table.query({
        index: LIST_INDEX,
        partition: sessionListPartition(workspace),
        filter: given(CREATED_IN_ENVIRONMENT, { environment: environmentId }),
        pageSize: ENVIRONMENT_PAGE,
      });
      for await (const { pk, sk } of hints) {
        const session = await read({ pk, sk });
        if (session?.environmentId === environmentId) return true;
      }
      return false;
    },
  };
}

const NOT_LISTED: Attributes = { list_of: undefined, list_id: undefined, runtime_of: undefined };

const listed = (
  session: Pick<SessionRecord, 'workspace' | 'id' | 'deleting' | 'archivedAt' | 'runtime'>,
): Attributes =>
  session.deleting
    ? { ...NOT_LISTED, deleting: true }
    : {
        list_of: sessionListPartition(session.workspace),
        list_id: session.id,
        runtime_of: session.archivedAt === null ? session.runtime?.harness : undefined,
      };
