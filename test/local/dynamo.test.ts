import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { create as openDatabase } from 'dynalite/db';
import { createFileBlobs } from '../../runtime/local/blobs';
import { createLocalDynamo, type LocalDynamo } from '../../runtime/local/dynamo';
import type { Store } from '../../runtime/store/ports';
import { createStore } from '../../runtime/store/store';
import { collect, commit, message, newThread, session } from '../store/values';

const NOW = 1_790_000_000_000_000;
const CHILD = join(__dirname, 'dynamo-writer.ts');

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dynamo-test-'));
  path = join(directory, 'database');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const storeOf = ({ client, tables }: LocalDynamo): Store =>
  createStore({ client, tables, blobs: createFileBlobs(join(directory, 'blobs')) });

/** Removes all that the database keeps under keys with this beginning. Gives the keys. */
async function takeOut(beginning: string): Promise<string[]> {
  const { db } = openDatabase({ path });
  const keys = await collect(db.keys({ gte: beginning, lt: `${beginning}\uffff` }));
  await db.batch(keys.map((key) => ({ type: 'del' as const, key })));
  await db.close();
  return keys;
}

describe('the local database', () => {
  it('keeps everything over a restart, indexes included', async () => {
    const ref = newThread();
    const record = session({ id: ref.sessionId });
    const first = await createLocalDynamo({ path });
    const before = storeOf(first);
    await before.sessions.create(record);
    const item = await before.log.accept(ref, [message('m')], NOW, NOW);
    await before.log.append(ref, commit(1));
    await first.close();

    const second = await createLocalDynamo({ path });
    const after = storeOf(second);
    expect(await after.log.readInbox(ref)).toEqual([item]);
    expect(await after.log.lastCommit(ref)).toEqual(commit(1));
    expect((await after.sessions.list(ref.workspace, {}, { limit: 1, order: 'asc' })).items).toEqual([record]);
    expect(await after.due.due('inbox', NOW, 1)).toEqual([{ kind: 'inbox', ref, dueAt: NOW }]);
    await second.close();
  });

  it('puts back what a kill in the middle of a write took out of its indexes', async () => {
    const ref = newThread();
    const first = await createLocalDynamo({ path });
    await storeOf(first).sessions.create(session({ id: ref.sessionId }));
    await storeOf(first).log.accept(ref, [message('m')], NOW, NOW);
    await first.close();
    const lost = await takeOut('index-global~');
    expect(lost).toHaveLength(2);

    const second = await createLocalDynamo({ path });
    const { due, sessions } = storeOf(second);
    expect(await due.due('inbox', NOW, 1)).toEqual([{ kind: 'inbox', ref, dueAt: NOW }]);
    expect((await sessions.list(ref.workspace, {}, { limit: 1, order: 'asc' })).items).toHaveLength(1);
    await second.close();
    expect(await takeOut('index-global~')).toEqual(lost);
  });

  it('says so when its directory is open already', async () => {
    const first = await createLocalDynamo({ path });
    await expect(createLocalDynamo({ path })).rejects.toThrow(`The data in ${path} cannot be opened`);
    expect(await storeOf(first).log.lastCommit(newThread())).toBeUndefined();
    await first.close();
  });

  it('answers as the SDK would have it: refused conditions, missing tables, requests that make no sense', async () => {
    const { client, tables, close } = await createLocalDynamo();
    const TableName = tables.sessions;
    const Item = { pk: { S: 'p' }, sk: { S: 's' }, bytes: { B: Uint8Array.from([0, 255, 7]) } };
    const isNew = { ConditionExpression: 'attribute_not_exists(pk)' };
    await client.send(new PutItemCommand({ TableName, Item, ...isNew }));
    const again = client.send(new PutItemCommand({ TableName, Item, ...isNew }));
    await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    const Key = { pk: Item.pk, sk: Item.sk };
    expect((await client.send(new GetItemCommand({ TableName, Key }))).Item).toEqual(Item);
    const nowhere = client.send(new GetItemCommand({ TableName: 'nowhere', Key }));
    await expect(nowhere).rejects.toMatchObject({ name: 'ResourceNotFoundException', $fault: 'client' });
    const senseless = client.send(new GetItemCommand({ TableName, Key: { pk: Item.pk } }));
    await expect(senseless).rejects.toMatchObject({ name: 'ValidationException', $metadata: { attempts: 1 } });
    await close();
    await expect(client.send(new GetItemCommand({ TableName, Key }))).rejects.toThrow('The database is closed');
  });

  it('answers what is under way before it closes', async () => {
    const dynamo = await createLocalDynamo({ path });
    const { log } = storeOf(dynamo);
    const refs = Array.from({ length: 40 }, () => newThread());
    const writes = refs.map((ref) => log.append(ref, commit(1)).catch(() => 'failed' as const));
    await writes[0];
    await dynamo.close();
    const results = await Promise.all(writes);

    const again = await createLocalDynamo({ path });
    for (const [i, ref] of refs.entries()) {
      const found = await storeOf(again).log.lastCommit(ref);
      if (results[i] === 'written') expect(found).toEqual(commit(1));
    }
    await again.close();
  });

  it('loses nothing it has acknowledged when its process is killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, path, join(directory, 'blobs')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const acknowledged = new Map<string, number>();
      for await (const line of createInterface({ input: child.stdout })) {
        const [threadId = '', n] = line.split(' ');
        acknowledged.set(threadId, Number(n));
        if (acknowledged.size === 8 && Number(n) >= 15 + round) child.kill('SIGKILL');
      }
      expect(acknowledged.size).toBe(8);

      const dynamo = await createLocalDynamo({ path });
      const store = storeOf(dynamo);
      for (const [threadId, last] of acknowledged) {
        const ref = { workspace: 'w', sessionId: `sesn_${threadId}`, threadId };
        const numbers = (await collect(store.log.readCommits(ref, { from: 1 }))).map(({ n }) => n);
        expect(numbers).toEqual(numbers.map((_, i) => i + 1));
        expect(numbers.length).toBeGreaterThanOrEqual(last);
        expect((await store.log.readInbox(ref)).length).toBeGreaterThanOrEqual(last);
      }
      for (const item of await store.due.due('inbox', NOW * 2, 1_000)) {
        if (item.kind === 'inbox') expect(await store.log.readInbox(item.ref)).not.toEqual([]);
      }
      await dynamo.close();
    }
  });
});
