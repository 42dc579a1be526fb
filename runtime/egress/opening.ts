import type { Socket } from 'node:net';
import { MAX_OPENING, readOpening, type Opening } from './client-hello';

const OPENS_WITHIN_MS = 30_000;

/**
 * Waits for the first bytes of a connection and says what they are. They are put back: whoever reads next gets them.
 *
 * @returns undefined when it ends, or says too little, before that.
 */
export function awaitOpening(socket: Socket): Promise<Exclude<Opening, { type: 'incomplete' }> | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (opening: Exclude<Opening, { type: 'incomplete' }> | undefined): void => {
      clearTimeout(timer);
      for (const event of ['end', 'close', 'error']) socket.off(event, stop);
      socket.off('readable', read);
      if (bytes.length > 0) socket.unshift(bytes);
      resolve(opening);
    };
    const stop = (): void => settle(undefined);
    const read = (): void => {
      for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;) {
        bytes = Buffer.concat([bytes, chunk]);
      }
      const opening = readOpening(bytes);
      if (opening.type !== 'incomplete') settle(opening);
      else if (bytes.length > MAX_OPENING) stop();
    };
    const timer = setTimeout(stop, OPENS_WITHIN_MS);
    for (const event of ['end', 'close', 'error']) socket.once(event, stop);
    socket.on('readable', read);
  });
}
