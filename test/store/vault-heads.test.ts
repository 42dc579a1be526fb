import { systemIds } from '../../runtime/contract/ids';
import type { VaultHead, VaultRef } from '../../runtime/store/vault-ports';
import { openEngine, type Engine } from './engine';
import { loseAnswers } from './faults';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const newRef = (): VaultRef => ({ workspace: 'wrkspc_test', vaultId: systemIds.make('vault') });

async function newHead(): Promise<VaultHead> {
  const ref = newRef();
  await engine.store.vaultHeads.create(ref);
  const head = await engine.store.vaultHeads.get(ref);
  if (!head) throw new Error('no head');
  return head;
}

describe('the head of a vault', () => {
  it('begins empty, and is made once', async () => {
    const head = await newHead();
    expect(head).toMatchObject({ active: {}, place: null, version: null, doomed: [], closed: false, revision: 1 });
    await expect(engine.store.vaultHeads.create(head)).rejects.toThrow(head.vaultId);
  });

  it('takes one of many changes of the same revision', async () => {
    const head = await newHead();
    const places = Array.from({ length: 12 }, (_, i) => `place ${i}`);
    const replace = (place: string) => engine.store.vaultHeads.replace({ ...head, place, revision: 2 });
    const done = await Promise.all(places.map(replace));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect((await engine.store.vaultHeads.get(head))?.place).toBe(places[done.indexOf(true)]);
    expect(await engine.store.vaultHeads.replace({ ...head, revision: 4 })).toBe(false);
  });

  it('knows a change of its own whose answer was lost', async () => {
    const head = await newHead();
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    expect(await engine.storeOf(client).vaultHeads.replace({ ...head, closed: true, revision: 2 })).toBe(true);
    client.destroy();
  });

  it('does not come back once it is deleted, and takes the rows of its refreshes with it', async () => {
    const head = await newHead();
    const ref = { ...head, credentialId: systemIds.make('credential') };
    await engine.store.refreshLeases.acquire(ref, 'a', 1, 2);
    await engine.store.vaultHeads.delete(head);
    expect(await engine.store.vaultHeads.replace({ ...head, revision: 2 })).toBe(false);
    expect(await engine.store.vaultHeads.get(head)).toBeUndefined();
    expect(await engine.store.refreshLeases.get(ref)).toBeUndefined();
  });
});

describe('the lease of a refresh', () => {
  const newCredential = () => ({ ...newRef(), credentialId: systemIds.make('credential') });

  it('is had by one of many, until it lapses', async () => {
    const { refreshLeases: leases } = engine.store;
    const ref = newCredential();
    const owners = Array.from({ length: 8 }, (_, i) => `owner ${i}`);
    const had = await Promise.all(owners.map((owner) => leases.acquire(ref, owner, 100, 200)));
    expect(had.filter(Boolean)).toHaveLength(1);
    expect(await leases.acquire(ref, 'late', 200, 300)).toBeUndefined();
    expect(await leases.acquire(ref, 'later', 201, 300)).toMatchObject({ owner: 'later', until: 300 });
  });

  it('notes what was sent, which stays when the outcome is not known', async () => {
    const { refreshLeases: leases } = engine.store;
    const ref = newCredential();
    await leases.acquire(ref, 'a', 100, 200);
    expect(await leases.noteSent(ref, 'a', 3, 'version')).toBe(true);
    expect(await leases.get(ref)).toEqual({ owner: 'a', until: 200, sent: 3, sentVersion: 'version' });
    await leases.release(ref, 'a', { answered: false });
    expect(await leases.get(ref)).toEqual({ sent: 3 });
    await leases.acquire(ref, 'b', 300, 400);
    const refused = { serial: 3, at: 350, final: true };
    await leases.release(ref, 'b', { answered: true, refused });
    expect(await leases.get(ref)).toEqual({ refused });
  });

  it('lets nobody note or release anything who has lost it', async () => {
    const { refreshLeases: leases } = engine.store;
    const ref = newCredential();
    await leases.acquire(ref, 'a', 100, 200);
    await leases.acquire(ref, 'b', 201, 300);
    expect(await leases.noteSent(ref, 'a', 1, 'version')).toBe(false);
    await leases.release(ref, 'a', { answered: true });
    expect(await leases.get(ref)).toEqual({ owner: 'b', until: 300 });
    await leases.delete(ref);
    expect(await leases.noteSent(ref, 'b', 1, 'version')).toBe(false);
    expect(await leases.get(ref)).toBeUndefined();
  });
});
