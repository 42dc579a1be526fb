import { headKey } from '../../runtime/store/keys';
import { openEngine, type Engine } from './engine';
import { loseAnswers } from './faults';
import { newThread } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const NOW = 1_790_000_000_000_000;
const UNTIL = NOW + 60_000_000;

describe('the lease', () => {
  it('goes to exactly one of 32 who want it', async () => {
    const ref = newThread();
    const owners = Array.from({ length: 32 }, (_, i) => `wake ${i}`);
    const heads = await Promise.all(owners.map((owner) => engine.store.log.acquireLease(ref, owner, NOW, UNTIL)));
    const winners = owners.filter((_, i) => heads[i]);
    expect(winners).toHaveLength(1);
    expect(heads.find(Boolean)).toEqual({ leaseOwner: winners[0], leaseUntil: UNTIL });
  });

  it("is refused to others until it lapses, and is its owner's own before", async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.acquireLease(ref, 'first', NOW, UNTIL);
    expect(await log.acquireLease(ref, 'second', UNTIL - 1, UNTIL + 10)).toBeUndefined();
    expect(await log.acquireLease(ref, 'first', NOW + 1, UNTIL + 1)).toEqual({
      leaseOwner: 'first',
      leaseUntil: UNTIL + 1,
    });
    expect(await log.acquireLease(ref, 'second', UNTIL + 1, UNTIL + 10)).toEqual({
      leaseOwner: 'second',
      leaseUntil: UNTIL + 10,
    });
    expect(await log.renewLease(ref, 'first', UNTIL + 20)).toBeUndefined();
  });

  it('goes to exactly one of many when it lapses', async () => {
    const ref = newThread();
    await engine.store.log.acquireLease(ref, 'dead', NOW, UNTIL);
    const owners = Array.from({ length: 16 }, (_, i) => `heir ${i}`);
    const heads = await Promise.all(
      owners.map((owner) => engine.store.log.acquireLease(ref, owner, UNTIL, UNTIL + 60_000_000)),
    );
    expect(heads.filter(Boolean)).toHaveLength(1);
  });

  it('is prolonged by its owner and lets the next one in when released', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.acquireLease(ref, 'first', NOW, UNTIL);
    expect(await log.renewLease(ref, 'first', UNTIL + 5)).toEqual({ leaseOwner: 'first', leaseUntil: UNTIL + 5 });
    await log.releaseLease(ref, 'first');
    expect(await log.acquireLease(ref, 'second', NOW, UNTIL)).toBeDefined();
  });

  it('is not taken away by one who has lost it', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.acquireLease(ref, 'first', NOW, UNTIL);
    await log.acquireLease(ref, 'second', UNTIL, UNTIL + 10);
    await log.releaseLease(ref, 'first');
    expect(await log.renewLease(ref, 'second', UNTIL + 20)).toBeDefined();
    await log.releaseLease(newThread(), 'nobody');
  });

  it('is taken although the answer was lost', async () => {
    const ref = newThread();
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    expect(await engine.storeOf(client).log.acquireLease(ref, 'me', NOW, UNTIL)).toEqual({
      leaseOwner: 'me',
      leaseUntil: UNTIL,
    });
    client.destroy();
  });
});

describe('watching', () => {
  it('is told to whoever takes or renews the lease, and never shortened', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.watch(ref, UNTIL);
    await log.watch(ref, UNTIL - 1);
    expect(await log.acquireLease(ref, 'me', NOW, UNTIL)).toMatchObject({ watchedUntil: UNTIL });
    await log.watch(ref, UNTIL + 1);
    expect(await log.renewLease(ref, 'me', UNTIL)).toMatchObject({ watchedUntil: UNTIL + 1 });
    await log.releaseLease(ref, 'me');
    expect(await log.acquireLease(ref, 'other', NOW, UNTIL)).toMatchObject({ watchedUntil: UNTIL + 1 });
  });
});

describe('watching a thread at which nobody was ever at work', () => {
  it('is forgotten by the database a day later, since its session may be gone, unless somebody goes to work', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.watch(ref, UNTIL);
    await log.watch(ref, UNTIL + 1);
    const kept = UNTIL / 1_000_000 + 24 * 3_600;
    expect(await engine.raw.sessions.get(headKey(ref))).toMatchObject({ watched_until: UNTIL + 1, expires_at: kept });
    await log.acquireLease(ref, 'me', NOW, UNTIL);
    await log.releaseLease(ref, 'me');
    expect(await engine.raw.sessions.get(headKey(ref))).not.toHaveProperty('expires_at');
    await log.watch(ref, UNTIL + 2);
    expect(await engine.raw.sessions.get(headKey(ref))).not.toHaveProperty('expires_at');
  });
});

it('is noted with the one right that the function that streams has', async () => {
  const client = engine.connect();
  client.middlewareStack.add(
    (send, { commandName = '' }) =>
      (args) => {
        if (commandName !== 'UpdateItemCommand') throw new Error(`not allowed: ${commandName}`);
        return send(args);
      },
    { step: 'initialize' },
  );
  const { log } = engine.storeOf(client);
  const ref = newThread();
  await log.watch(ref, UNTIL);
  await log.watch(ref, UNTIL + 1);
  await log.markHeard(ref, 1);
  client.destroy();
  expect(await engine.raw.sessions.get(headKey(ref))).toMatchObject({ watched_until: UNTIL + 1, heard_to: 1 });
});

describe('what clients have heard', () => {
  it('only grows, and is nothing at first', async () => {
    const ref = newThread();
    const { log } = engine.store;
    expect(await log.heardTo(ref)).toBe(0);
    await log.acquireLease(ref, 'me', NOW, UNTIL);
    await log.markHeard(ref, 7);
    await log.markHeard(ref, 3);
    expect(await log.heardTo(ref)).toBe(7);
  });

  it('brings no deleted thread back', async () => {
    const ref = newThread();
    await engine.store.log.markHeard(ref, 7);
    expect(await engine.raw.sessions.get(headKey(ref))).toBeUndefined();
  });
});

describe('the bell', () => {
  it('is told to whoever takes or renews the lease', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.acquireLease(ref, 'me', NOW, UNTIL);
    expect(await log.noteBell(ref, 'first=', 1)).toBe(true);
    expect(await log.renewLease(ref, 'me', UNTIL)).toMatchObject({ bell: 'first=' });
    await log.releaseLease(ref, 'me');
    expect(await log.acquireLease(ref, 'other', NOW, UNTIL)).toMatchObject({ bell: 'first=' });
  });

  it('is the last connection', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.acquireLease(ref, 'me', NOW, UNTIL);
    await log.noteBell(ref, 'first=', 1);
    await log.noteBell(ref, 'second=', 1);
    expect(await log.renewLease(ref, 'me', UNTIL)).toMatchObject({ bell: 'second=' });
  });

  it('is that of the latest sandbox, though one before may be slower to come', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await log.acquireLease(ref, 'me', NOW, UNTIL);
    expect(await log.noteBell(ref, 'new=', 7)).toBe(true);
    expect(await log.noteBell(ref, 'old=', 6)).toBe(false);
    expect(await log.renewLease(ref, 'me', UNTIL)).toMatchObject({ bell: 'new=' });
    expect(await log.noteBell(ref, 'newer=', 8)).toBe(true);
    expect(await log.renewLease(ref, 'me', UNTIL)).toMatchObject({ bell: 'newer=' });
  });

  it('brings no deleted thread back', async () => {
    const ref = newThread();
    const { log } = engine.store;
    expect(await log.noteBell(ref, 'late=', 1)).toBe(false);
    expect(await log.acquireLease(ref, 'me', NOW, UNTIL)).toEqual({ leaseOwner: 'me', leaseUntil: UNTIL });
  });
});
