import { createStore } from '../../runtime/store/store';
import { waiting } from '../../runtime/thread/inbox';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { openEngine, type Engine } from './engine';
import { cutOff, loseAnswers } from './faults';
import { collect, commit, message, newThread, noise } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const NOW = 1_790_000_000_000_000;
const LATER = NOW + 5_000_000;

describe('the inbox', () => {
  it('keeps the order of acceptance, also within one instant', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const accepted = [];
    for (let i = 0; i < 30; i += 1) {
      accepted.push(await log.accept(ref, [message(`${i}`)], NOW + Math.floor(i / 10), LATER));
    }
    expect(await log.readInbox(ref)).toEqual(accepted);
    expect(accepted.map(({ key }) => key)).toEqual(accepted.map(({ key }) => key).toSorted());
  });

  it('gives every one of many concurrent requests its own item', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const requests = Array.from({ length: 50 }, (_, i) => [message(`${i} a`), message(`${i} b`)]);
    await Promise.all(requests.map((entries) => log.accept(ref, entries, NOW, LATER)));
    const items = await log.readInbox(ref);
    expect(items.map(({ entries }) => entries)).toEqual(requests);
  });

  it('takes the entries of a request together, small or too big for an item', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const entries = [message('short'), message(noise(600_000)), message('✂️ \ud800 lone')];
    const item = await log.accept(ref, entries, NOW, LATER);
    expect(await log.readInbox(ref)).toEqual([item]);
    expect(item).toEqual({ key: item.key, acceptedAt: NOW, entries });
  });

  it('leaves nothing of a request whose body cannot be kept', async () => {
    const ref = newThread();
    const refusing = { ...engine.blobs, put: () => Promise.reject(new Error('no space')) };
    const store = createStore({ client: engine.client, tables: engine.tables, blobs: refusing });
    await expect(store.log.accept(ref, [message(noise(900_000))], NOW, LATER)).rejects.toThrow('no space');
    expect(await engine.store.log.readInbox(ref)).toEqual([]);
  });

  it('holds a request once although the answer to its put was lost', async () => {
    const ref = newThread();
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    await engine.storeOf(client).log.accept(ref, [message('once')], NOW, LATER);
    client.destroy();
    expect(await engine.store.log.readInbox(ref)).toHaveLength(1);
  });

  it('does not bring back what a harness used up while the answer to the put was lost', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const client = engine.connect();
    let puts = 0;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const result = await next(args);
        if (context.commandName !== 'PutItemCommand' || (puts += 1) > 1) return result;
        const consumed = (await log.readInbox(ref)).map(({ key }) => key);
        expect(await log.append(ref, commit(1, { consumed }))).toBe('written');
        await log.settle(ref, consumed);
        for (let n = 2; n < 6; n += 1) await log.append(ref, commit(n));
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
      { step: 'deserialize', priority: 'low', name: 'harness' },
    );
    const { key } = await engine.storeOf(client).log.accept(ref, [message('once')], NOW, LATER);
    client.destroy();
    expect(await log.readInbox(ref)).toEqual([]);
    expect((await collect(log.readCommits(ref, { from: 1 }))).flatMap(({ consumed }) => consumed)).toEqual([key]);
  });

  it('sends a request again that did not arrive, and gives up when nothing does', async () => {
    const ref = newThread();
    const client = engine.connect();
    let sent = 0;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'PutItemCommand' && (sent += 1) < 3) throw new Error('no connection');
        return next(args);
      },
      { step: 'deserialize', priority: 'low', name: 'flaky' },
    );
    await engine.storeOf(client).log.accept(ref, [message('once')], NOW, LATER);
    client.destroy();
    expect(await engine.store.log.readInbox(ref)).toHaveLength(1);

    const dead = engine.connect();
    cutOff(dead);
    await expect(engine.storeOf(dead).log.accept(ref, [message('never')], NOW, LATER)).rejects.toThrow();
    dead.destroy();
    expect(await engine.store.log.readInbox(ref)).toHaveLength(1);
  });

  it('forgets what is settled, and only that, however often', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const items = [];
    for (let i = 0; i < 60; i += 1) items.push(await log.accept(ref, [message(`${i}`)], NOW + i, LATER));
    const [kept, ...settled] = items;
    const keys = settled.map(({ key }) => key);
    await log.settle(ref, keys);
    await log.settle(ref, [...keys, ...keys]);
    await log.settle(ref, []);
    expect(await log.readInbox(ref)).toEqual([kept]);
  });

  it('shows what a crash left between a commit and the deletes, for the commit to tell apart', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const used = await log.accept(ref, [message('used')], NOW, LATER);
    const [first, second] = [message('first'), message('second')];
    const half = await log.accept(ref, [first, second], NOW + 1, LATER);
    const partial = { [half.key]: [first.event?.id ?? ''] };
    await log.append(ref, commit(1, { consumed: [used.key], summary: { ...EMPTY_SUMMARY, partial } }));
    const items = await log.readInbox(ref);
    expect(items).toEqual([used, half]);
    expect(waiting(items, await log.lastCommit(ref))).toEqual([{ ...half, entries: [second] }]);
  });

  it('does not bring a settled item back by parking it', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const { key } = await log.accept(ref, [message('gone')], NOW, LATER);
    await log.settle(ref, [key]);
    await log.park(ref, [key]);
    expect(await log.readInbox(ref)).toEqual([]);
  });

  it('reaches nothing but inbox items by a key, whatever it says', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.append(ref, commit(1));
    await log.settle(ref, ['LOG#000000000001', '../LOG#000000000001']);
    expect(await log.lastCommit(ref)).toEqual(commit(1));
  });
});
