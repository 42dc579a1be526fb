import { systemClock } from '../../runtime/contract/time';
import type { PreviewChunk } from '../../runtime/store/records';
import { openEngine, type Engine } from './engine';
import { newThread } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const MINUTE = 60_000_000;
const chunk = (index: number, text: string): Omit<PreviewChunk, 'key'> => ({
  eventId: 'sevt_1',
  eventType: 'agent.message',
  index,
  text,
});

describe('previews', () => {
  it('come back in order, from a time on or after a chunk', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const now = systemClock.now();
    for (let i = 0; i < 12; i += 1) await log.putPreview(ref, chunk(i, `${i}`), now + i, now + MINUTE);
    const all = await log.readPreviews(ref, now);
    expect(all.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(all[3]).toEqual({ key: all[3]?.key, ...chunk(3, '3') });
    expect((await log.readPreviews(ref, now + 10)).map(({ text }) => text)).toEqual(['10', '11']);
    expect((await log.readPreviews(ref, now, all[9]?.key)).map(({ text }) => text)).toEqual(['10', '11']);
    expect((await log.readPreviews(ref, now + 11, all[2]?.key)).map(({ text }) => text)).toEqual(['11']);
    expect(await log.readPreviews(ref, now, all[11]?.key)).toEqual([]);
  });

  it('keep the order of one instant, and texts that are empty', async () => {
    const ref = newThread();
    const { log } = engine.store;
    const now = systemClock.now();
    for (const index of [2, 0, 10, 1]) await log.putPreview(ref, chunk(index, ''), now, now + MINUTE);
    expect((await log.readPreviews(ref, now)).map(({ index, text }) => [index, text])).toEqual([
      [0, ''],
      [1, ''],
      [2, ''],
      [10, ''],
    ]);
  });

  it('are gone once expired, also where the database keeps them', async () => {
    const ref = newThread();
    const now = systemClock.now();
    const late = engine.storeOf(engine.client, { now: () => now + 2 * MINUTE });
    await engine.store.log.putPreview(ref, chunk(0, 'old'), now, now + MINUTE);
    await engine.store.log.putPreview(ref, chunk(1, 'new'), now + 1, now + 3 * MINUTE);
    expect((await late.log.readPreviews(ref, now)).map(({ text }) => text)).toEqual(['new']);
  });
});
