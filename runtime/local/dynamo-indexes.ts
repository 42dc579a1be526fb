import { getIndexActions, type DynaliteStore, type DynaliteTable, type Put } from 'dynalite/db';

/** How many entries are written at once. */
const BATCH = 500;

/**
 * Puts back index entries that are missing. The database takes an item's old entry out of an index before it writes the item: a
 * process that is killed in between leaves an item that no index knows, and what is due by it would never be looked at again.
 * Entries that stay although their item has changed do no harm, because an item is read before its entry is believed.
 *
 * Only for a database that nobody uses yet. Its items are read once.
 */
export async function restoreIndexes(store: DynaliteStore, tables: readonly string[]): Promise<void> {
  for (const name of tables) {
    const table = await tableOf(store, name);
    if (table) await restoreTable(store, table);
  }
}

async function restoreTable(store: DynaliteStore, table: DynaliteTable): Promise<void> {
  const indexes = table.GlobalSecondaryIndexes ?? [];
  const partitions = indexes.flatMap(({ KeySchema: [partition] }) =>
    partition ? [`"${partition.AttributeName}"`] : [],
  );
  let entries: Put[] = [];
  for await (const text of store.db.values(rangeOf(`item-${table.TableName}`))) {
    // Most items stand in no index, and need not be taken apart to see that.
    if (!partitions.some((attribute) => text.includes(attribute))) continue;
    const { puts } = getIndexActions(indexes, undefined, JSON.parse(text), table);
    entries.push(...puts.map(({ index, key, item }) => entryOf(table.TableName, index, key, item)));
    if (entries.length < BATCH) continue;
    await store.db.batch(entries);
    entries = [];
  }
  if (entries.length > 0) await store.db.batch(entries);
}

const entryOf = (table: string, index: string, key: string, value: unknown): Put => ({
  type: 'put',
  key: `index-global~${table}~${index}~${key}`,
  value,
});

/** Everything of one of the parts that the database's keys are divided into. Its values are JSON, and are given as text. */
const rangeOf = (part: string) => ({ gte: `${part}~`, lt: `${part}~\uffff`, valueEncoding: 'utf8' }) as const;

/** Undefined for a table that was never made. */
function tableOf(store: DynaliteStore, name: string): Promise<DynaliteTable | undefined> {
  return new Promise((resolve, reject) => {
    store.getTable(name, false, (error, table) => {
      if (error && error.name !== 'ResourceNotFoundException' && error.name !== 'NotFoundError') reject(error);
      else resolve(error ? undefined : table);
    });
  });
}
