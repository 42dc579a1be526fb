import fc from 'fast-check';
import { createVersionedCatalog } from '../../runtime/store/catalog';
import { BodyCodec } from '../../runtime/store/codec';
import type { Page } from '../../runtime/store/page';
import type { VersionedCatalog } from '../../runtime/store/ports';
import { openEngine, type Engine } from './engine';
import { collect, noise } from './values';

interface Thing {
  readonly id: string;
  readonly name: string;
}

let engine: Engine;
let things: VersionedCatalog<Thing>;
beforeAll(async () => {
  engine = await openEngine();
  const deps = { table: engine.raw.control, codec: new BodyCodec(engine.blobs), blobs: engine.blobs };
  things = createVersionedCatalog<Thing>('things', deps);
});
afterAll(() => engine.close());

let workspaces = 0;
const newWorkspace = (): string => `wrkspc_${(workspaces += 1)}`;
const thing = (n: number, name = 'n'): Thing => ({ id: `thing_${String(n).padStart(3, '0')}`, name });

describe('an entry', () => {
  it('is created once and comes back with its revision', async () => {
    const workspace = newWorkspace();
    await things.create(workspace, 'a', thing(1, 'ü'));
    await expect(things.create(workspace, 'a', thing(2))).rejects.toThrow('a');
    expect(await things.get(workspace, 'a')).toEqual({ id: 'a', value: thing(1, 'ü'), revision: 1 });
    expect(await things.get(workspace, 'b')).toBeUndefined();
  });

  it('takes exactly one of many replacements of a revision', async () => {
    const workspace = newWorkspace();
    await things.create(workspace, 'a', thing(0));
    const done = await Promise.all(Array.from({ length: 16 }, (_, i) => things.replace(workspace, 'a', thing(i), 1)));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await things.get(workspace, 'a')).toEqual({ id: 'a', value: thing(done.indexOf(true)), revision: 2 });
  });

  it('is not brought back by a replacement after its delete', async () => {
    const workspace = newWorkspace();
    await things.create(workspace, 'a', thing(0));
    await things.delete(workspace, 'a');
    expect(await things.replace(workspace, 'a', thing(1), 1)).toBe(false);
    expect(await things.get(workspace, 'a')).toBeUndefined();
  });

  it('goes with its versions and its blobs', async () => {
    const workspace = newWorkspace();
    const big = thing(1, noise(700_000));
    await things.create(workspace, 'a', big);
    await things.putVersion(workspace, 'a', 1, big);
    await things.putVersion(workspace, 'ab', 1, big);
    expect(await things.getVersion(workspace, 'a', 1)).toEqual(big);
    await things.delete(workspace, 'a');
    expect(await things.getVersion(workspace, 'a', 1)).toBeUndefined();
    expect(await things.getVersion(workspace, 'ab', 1)).toEqual(big);
    expect(await collect(engine.raw.control.query({ partition: `${workspace}/things/a` }))).toEqual([]);
  });
});

describe('versions', () => {
  it('are written again without harm and listed newest first', async () => {
    const workspace = newWorkspace();
    for (let version = 1; version <= 12; version += 1) await things.putVersion(workspace, 'a', version, thing(version));
    await things.putVersion(workspace, 'a', 3, thing(3));
    const first = await things.listVersions(workspace, 'a', { limit: 5, order: 'desc' });
    expect(first).toEqual({ items: [12, 11, 10, 9, 8].map((n) => thing(n)), next: '8', previous: null });
    const second = await things.listVersions(workspace, 'a', { limit: 10, order: 'desc', after: '8' });
    expect(second).toEqual({ items: [7, 6, 5, 4, 3, 2, 1].map((n) => thing(n)), next: null, previous: '7' });
    const back = await things.listVersions(workspace, 'a', { limit: 5, order: 'desc', before: '7' });
    expect(back).toEqual(first);
  });
});

describe('a list', () => {
  it('gives, page by page and either way, what a filter of the sorted whole would', async () => {
    const workspace = newWorkspace();
    const all = Array.from({ length: 25 }, (_, n) => thing(n, n % 3 === 0 ? 'third' : 'other'));
    await Promise.all(all.map((each) => things.create(workspace, each.id, each)));
    const filters = { all: () => true, thirds: ({ name }: Thing) => name === 'third', none: () => false };
    const cases = fc.record({
      limit: fc.integer({ min: 1, max: 30 }),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      filter: fc.constantFrom(...(Object.keys(filters) as (keyof typeof filters)[])),
      start: fc.integer({ min: -1, max: 26 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ limit, order, filter, start }) => {
        const keep = filters[filter];
        const sorted = (order === 'asc' ? all : all.toReversed()).filter(keep);
        const position = thing(start + 1).id;
        const isAfter = ({ id }: Thing): boolean => (order === 'asc' ? id > position : id < position);
        const isBefore = ({ id }: Thing): boolean => (order === 'asc' ? id < position : id > position);
        const after = await things.list(workspace, { limit, order, after: position }, keep);
        expect(after.items).toEqual(sorted.filter(isAfter).slice(0, limit));
        const before = await things.list(workspace, { limit, order, before: position }, keep);
        expect(before.items).toEqual(sorted.filter(isBefore).slice(-limit));
        expect(before.previous).toBe(sorted.filter(isBefore).length > limit ? before.items[0]?.id : null);
        expect(await walk(workspace, limit, order, keep)).toEqual(sorted);
      }),
      { numRuns: 40 },
    );
  });

  async function walk(
    workspace: string,
    limit: number,
    order: 'asc' | 'desc',
    keep: (value: Thing) => boolean,
  ): Promise<Thing[]> {
    const found: Thing[] = [];
    let page: Page<Thing> | undefined;
    do {
      page = await things.list(workspace, { limit, order, ...(page?.next ? { after: page.next } : {}) }, keep);
      found.push(...page.items);
    } while (page.next !== null);
    return found;
  }
});
