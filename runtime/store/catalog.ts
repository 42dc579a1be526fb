import type { BodyCodec, StoredBody } from './codec';
import { ITEM_IS_NEW, REVISION_IS_STILL_PREVIOUS } from './conditions';
import { given } from './expressions';
import {
  catalogBlobs,
  catalogKey,
  catalogPartition,
  catalogRange,
  versionKey,
  versionPartition,
  versionRange,
} from './keys';
import { narrowed, pageOf } from './paging';
import type { BlobStore, Catalog, CatalogEntry, VersionedCatalog } from './ports';
import type { Item, Table } from './table';

/** What catalogs are made of. */
export interface CatalogDeps {
  readonly table: Table;
  readonly codec: BodyCodec;
  readonly blobs: BlobStore;
}

/** A kind of resource, one partition a workspace. `kind` is part of every key and must never change. */
export function createCatalog<T>(kind: string, { table, codec, blobs }: CatalogDeps): Catalog<T> {
  const toEntry = async (item: Item): Promise<CatalogEntry<T>> => ({
    id: String(item.entry_id),
    value: await codec.decode<T>(item as StoredBody),
    revision: Number(item.revision),
  });

  async function itemOf(workspace: string, id: string, value: T, revision: number): Promise<Item> {
    const body = await codec.encode(value, catalogBlobs(kind, workspace, id));
    return { ...catalogKey(kind, workspace, id), entry_id: id, revision, ...body };
  }

  return {
    async create(workspace, id, value) {
      const created = await table.put(await itemOf(workspace, id, value, 1), given(ITEM_IS_NEW));
      if (!created) throw new Error(`There is an entry ${id} in ${kind} already`);
    },

    async get(workspace, id) {
      const item = await table.get(catalogKey(kind, workspace, id));
      return item && toEntry(item);
    },

    async replace(workspace, id, value, revision) {
      const condition = given(REVISION_IS_STILL_PREVIOUS, { previous: revision });
      return table.put(await itemOf(workspace, id, value, revision + 1), condition);
    },

    // The entry after its versions, so that a repeated delete finds them; blobs after the items that point at them.
    async delete(workspace, id) {
      await table.deleteRange({ partition: versionPartition(kind, workspace, id), ...versionRange });
      await table.delete(catalogKey(kind, workspace, id));
      await blobs.deletePrefix(catalogBlobs(kind, workspace, id));
    },

    async list(workspace, page, keep = () => true) {
      const found = await pageOf<CatalogEntry<T>>(
        page,
        (entry) => entry.id,
        async function* entries({ beyond, ascending }) {
          const position = beyond === undefined ? undefined : catalogKey(kind, workspace, beyond).sk;
          const items = table.query({
            partition: catalogPartition(kind, workspace),
            ...narrowed(catalogRange, position, ascending),
            descending: !ascending,
          });
          for await (const item of items) {
            if (item.sk === position) continue;
            const entry = await toEntry(item);
            if (keep(entry.value)) yield entry;
          }
        },
      );
      return { ...found, items: found.items.map((entry) => entry.value) };
    },
  };
}

/** A kind of resource of which every version stays. */
export function createVersionedCatalog<T>(kind: string, deps: CatalogDeps): VersionedCatalog<T> {
  const { table, codec } = deps;
  return {
    ...createCatalog<T>(kind, deps),

    async putVersion(workspace, id, version, value) {
      const body = await codec.encode(value, catalogBlobs(kind, workspace, id));
      await table.set({ ...versionKey(kind, workspace, id, version), version, ...body });
    },

    async getVersion(workspace, id, version) {
      const item = await table.get(versionKey(kind, workspace, id, version));
      return item && codec.decode<T>(item as StoredBody);
    },

    async listVersions(workspace, id, page) {
      const found = await pageOf<Item>(
        page,
        (item) => String(item.version),
        async function* versions({ beyond, ascending }) {
          const position = beyond === undefined ? undefined : versionKey(kind, workspace, id, Number(beyond)).sk;
          const items = table.query({
            partition: versionPartition(kind, workspace, id),
            ...narrowed(versionRange, position, ascending),
            descending: !ascending,
          });
          for await (const item of items) if (item.sk !== position) yield item;
        },
      );
      const items = await Promise.all(found.items.map((item) => codec.decode<T>(item as StoredBody)));
      return { ...found, items };
    },
  };
}
