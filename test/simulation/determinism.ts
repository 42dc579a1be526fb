/**
 * Import this first. Compression runs on the thread pool, and the store's waits between two tries are of the real clock, which
 * no seed governs. Here both are over at once, so that a schedule is the same each time it is played.
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

Object.assign(zlib, { deflate: atOnce(zlib.deflateSync), inflate: atOnce(zlib.inflateSync) });
Object.assign(timers, { setTimeout: async (): Promise<void> => undefined });
