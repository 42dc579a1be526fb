/**
 * Import this first. Compression runs on the thread pool, whose timing no seed governs; here it runs at once, so that a
 * schedule is the same each time it is played.
 */
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
