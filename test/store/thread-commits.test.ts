import type { Commit } from '../../runtime/store/records';
import { openEngine, type Engine } from './engine';
import { countRequests, cutOff, loseAnswers } from './faults';
import { collect, commit, newThread, noise, record } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

async function write(ref: ReturnType<typeof newThread>, commits: readonly Commit[]): Promise<void> {
  for (const each of commits) expect(await engine.store.log.append(ref, each)).toBe('written');
}

const upTo = (n: number): Commit[] => Array.from({ length: n }, (_, i) => commit(i + 1));
const numbers = async (source: AsyncIterable<Commit>): Promise<number[]> => (await collect(source)).map(({ n }) => n);

describe('appending', () => {
  it('lets exactly one of 32 racing harnesses write each commit', async () => {
    const ref = newThread();
    for (let n = 1; n <= 10; n += 1) {
      const racers = Array.from({ length: 32 }, (_, i) => commit(n, { by: `harness ${i}` }));
      const results = await Promise.all(racers.map((racer) => engine.store.log.append(ref, racer)));
      const winners = racers.filter((_, i) => results[i] === 'written');
      expect(winners).toHaveLength(1);
      expect(await engine.store.log.lastCommit(ref)).toEqual(winners[0]);
    }
    expect(await numbers(engine.store.log.readCommits(ref, { from: 1 }))).toEqual(upTo(10).map(({ n }) => n));
  });

  it('keeps a log without gaps when harnesses that follow the rule race over it', async () => {
    const ref = newThread();
    const harness = async (by: string): Promise<void> => {
      for (let written = 0; written < 5;) {
        const last = await engine.store.log.lastCommit(ref);
        const result = await engine.store.log.append(ref, commit((last?.n ?? 0) + 1, { by }));
        if (result === 'written') written += 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => harness(`harness ${i}`)));
    const log = await collect(engine.store.log.readCommits(ref, { from: 1 }));
    expect(log.map(({ n }) => n)).toEqual(upTo(40).map(({ n }) => n));
    for (let i = 0; i < 8; i += 1) expect(log.filter(({ by }) => by === `harness ${i}`)).toHaveLength(5);
  });

  it('reports a commit as written when the answer to its put was lost', async () => {
    const ref = newThread();
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    expect(await engine.storeOf(client).log.append(ref, commit(1))).toBe('written');
    client.destroy();
    expect(await engine.store.log.lastCommit(ref)).toEqual(commit(1));
  });

  it('reports a commit as written when every answer to its put was lost, but not the one to the read', async () => {
    const ref = newThread();
    const client = engine.connect();
    loseAnswers(client, (n) => n <= 3);
    expect(await engine.storeOf(client).log.append(ref, commit(1))).toBe('written');
    client.destroy();
  });

  it("does not take another's commit for its own when an answer was lost", async () => {
    const ref = newThread();
    await write(ref, [commit(1, { by: 'wake' })]);
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    expect(await engine.storeOf(client).log.append(ref, commit(1, { by: 'wake' }))).toBe('taken');
    client.destroy();
  });

  it('throws when the database is out of reach, and has written nothing', async () => {
    const ref = newThread();
    const client = engine.connect();
    cutOff(client);
    await expect(engine.storeOf(client).log.append(ref, commit(1))).rejects.toThrow('connect refused');
    client.destroy();
    expect(await engine.store.log.lastCommit(ref)).toBeUndefined();
  });

  it('costs one request, won or lost', async () => {
    const ref = newThread();
    const client = engine.connect();
    const counts = countRequests(client);
    const { log } = engine.storeOf(client);
    await log.append(ref, commit(1));
    await log.append(ref, commit(1));
    client.destroy();
    expect([...counts]).toEqual([['PutItemCommand', 2]]);
  });
});

describe('reading', () => {
  it('gives ranges both ways, as far as asked', async () => {
    const ref = newThread();
    const { log } = engine.store;
    await write(ref, upTo(12));
    expect(await numbers(log.readCommits(ref, { from: 3, to: 5 }))).toEqual([3, 4, 5]);
    expect(await numbers(log.readCommits(ref, { from: 3, to: 5, descending: true }))).toEqual([5, 4, 3]);
    expect(await numbers(log.readCommits(ref, { from: 10 }))).toEqual([10, 11, 12]);
    expect(await numbers(log.readCommits(ref, { from: 1, limit: 2 }))).toEqual([1, 2]);
    expect(await numbers(log.readCommits(ref, { from: 1, limit: 2, descending: true }))).toEqual([12, 11]);
    expect(await numbers(log.readCommits(ref, { from: 12, eventual: true }))).toEqual([12]);
    expect(await numbers(log.readCommits(ref, { from: 13 }))).toEqual([]);
    expect(await numbers(log.readCommits(ref, { from: 5, to: 4 }))).toEqual([]);
    expect(await numbers(log.readCommits(ref, { from: 1, limit: 0 }))).toEqual([]);
  });

  it('finds nothing in a log that has no commit', async () => {
    expect(await engine.store.log.lastCommit(newThread())).toBeUndefined();
  });

  it('gives back what was written, whatever its size', async () => {
    const ref = newThread();
    const commits = [10, 2_000, 500_000].map((size, i) => commit(i + 1, { records: [record(noise(size))] }));
    await write(ref, commits);
    expect(await collect(engine.store.log.readCommits(ref, { from: 1 }))).toEqual(commits);
    expect(await engine.store.log.lastCommit(ref)).toEqual(commits[2]);
  });

  it('crosses the pages of the database', async () => {
    const ref = newThread();
    const commits = Array.from({ length: 14 }, (_, i) => commit(i + 1, { records: [record(noise(250_000))] }));
    await write(ref, commits);
    const { log } = engine.store;
    expect(await collect(log.readCommits(ref, { from: 1 }))).toEqual(commits);
    expect(await numbers(log.readCommits(ref, { from: 1, descending: true }))).toEqual(
      commits.map(({ n }) => n).toReversed(),
    );
  });

  it('asks for no page that the consumer does not want', async () => {
    const ref = newThread();
    await write(ref, upTo(120));
    const client = engine.connect();
    const counts = countRequests(client);
    const { log } = engine.storeOf(client);
    for await (const { n } of log.readCommits(ref, { from: 1 })) if (n === 3) break;
    expect(counts.get('QueryCommand')).toBe(1);
    expect(await numbers(log.readCommits(ref, { from: 1 }))).toHaveLength(120);
    client.destroy();
  });
});
