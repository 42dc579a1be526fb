import fc from 'fast-check';
import { BodyCodec, type StoredBody } from '../../runtime/store/codec';
import type { BlobStore } from '../../runtime/store/ports';
import { openEngine, type Engine } from './engine';
import { noise } from './values';

let engine: Engine;
let codec: BodyCodec;
beforeAll(async () => {
  engine = await openEngine();
  codec = new BodyCodec(engine.blobs);
});
afterAll(() => engine.close());

const PREFIX = 'wrkspc/sesn/sthr/';
/** DynamoDB's limit of an item, names and all. */
const ITEM_LIMIT = 409_600;

/** Through an item and back, as the store does it. */
async function throughTable(value: unknown): Promise<unknown> {
  const key = { pk: 'codec', sk: 'value' };
  await engine.raw.control.set({ ...key, ...(await codec.encode(value, PREFIX)) });
  return codec.decode((await engine.raw.control.get(key)) as StoredBody);
}

const sizeOf = (stored: StoredBody): number =>
  Object.values(stored).reduce(
    (sum: number, part: string | Uint8Array | undefined) => sum + Buffer.byteLength(part ?? ''),
    0,
  );

describe('bodies', () => {
  it('come back exactly as JSON has them', async () => {
    const anything = fc.jsonValue({ depthSize: 'medium', stringUnit: 'binary' });
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        expect(await throughTable(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 150 },
    );
  });

  it('come back exactly when they are long', async () => {
    const long = fc.record({
      text: fc.string({ minLength: 400, maxLength: 3_000, unit: 'binary' }),
      more: fc.array(fc.jsonValue(), { minLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(long, async (value) => {
        expect(await throughTable(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
  });

  it('fit into an item at any size', async () => {
    for (const bytes of [0, 1_000, 1_025, 299_000, 409_000, 450_000, 1_000_000, 8_000_000]) {
      const value = [noise(bytes)];
      const stored = await codec.encode(value, PREFIX);
      expect(sizeOf(stored)).toBeLessThan(ITEM_LIMIT - 50_000);
      expect(await throughTable(value)).toEqual(value);
    }
  });

  it('are text while small, deflated when that saves, and in the blobs only when nothing else fits', async () => {
    expect(await codec.encode({ a: 1 }, PREFIX)).toEqual({ body: '{"a":1}' });
    expect(Object.entries(await codec.encode('a'.repeat(2_000_000), PREFIX)).filter(([, part]) => part)).toEqual([
      ['body_deflated', expect.any(Uint8Array)],
    ]);
    const { body_blob: key } = await codec.encode(noise(600_000), PREFIX);
    expect(key?.startsWith(PREFIX)).toBe(true);
    expect(await engine.blobs.get(key ?? '')).toBeDefined();
  });

  it('never share a blob, so that the loser of a race spoils nothing', async () => {
    const [one, two] = await Promise.all([codec.encode(noise(600_000), PREFIX), codec.encode(noise(600_000), PREFIX)]);
    expect(one.body_blob).not.toBe(two.body_blob);
  });

  it('say which blob is missing', async () => {
    const empty: BlobStore = { put: async () => {}, get: async () => undefined, deletePrefix: async () => {} };
    await expect(new BodyCodec(empty).decode({ body_blob: 'gone' })).rejects.toThrow('The body gone is missing');
  });
});
