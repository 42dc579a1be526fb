/**
 * Import this first. Compression runs on the thread pool, and the store's waits between two tries are of the real clock, which
 * no seed governs. Here the one is over at once and the other in virtual time, so that a schedule is the same each time it is played.
 */
import timers from 'node:timers/promises';
import zlib from 'node:zlib';

type Done = (error: Error | null, result?: Buffer) => void;
const atOnce =
  (run: (body: Buffer) => Buffer) =>
  (body: Buffer, done: Done): void => {
    try {
      done(null, run(body));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };

const real = { deflate: zlib.deflate, inflate: zlib.inflate, setTimeout: timers.setTimeout, random: Math.random };

/** A body in the blobs is read again and again, and it is always the same bytes. */
const known = new WeakMap<Buffer, Buffer>();
function inflateOnce(body: Buffer): Buffer {
  const inflated = known.get(body) ?? zlib.inflateSync(body);
  known.set(body, inflated);
  return inflated;
}
const deflateQuickly = (body: Buffer): Buffer => zlib.deflateSync(body, { level: zlib.constants.Z_BEST_SPEED });

Object.assign(zlib, { deflate: atOnce(deflateQuickly), inflate: atOnce(inflateOnce) });
/** Whoever plays says how one waits. One schedule is played at a time. */
export const waits: { sleep: (ms: number) => Promise<void> } = { sleep: async () => undefined };

Object.assign(timers, { setTimeout: (ms: number): Promise<void> => waits.sleep(ms) });

// Some of those waits are of a drawn length.
Object.assign(Math, { random: () => 0.5 });

/** Gives the process its real clock and thread pool back: others may have to live in it. */
export function endDeterminism(): void {
  Object.assign(zlib, { deflate: real.deflate, inflate: real.inflate });
  Object.assign(timers, { setTimeout: real.setTimeout });
  Object.assign(Math, { random: real.random });
}
