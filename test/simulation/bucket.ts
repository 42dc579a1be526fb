/** What lies outside of the tables: the bodies that are too big for an item, and the archives of sandboxes' files. */
import type { BlobStore } from '../../runtime/store/ports';
import type { Gate } from './database';

/** The bucket of a system. */
export class Bucket {
  readonly #objects = new Map<string, Uint8Array>();
  readonly #everPut = new Set<string>();

  get size(): number {
    return this.#objects.size;
  }

  get keys(): string[] {
    return [...this.#objects.keys()];
  }

  put(key: string, body: Uint8Array): void {
    this.#objects.set(key, body);
    this.#everPut.add(key);
  }

  get(key: string): Uint8Array | undefined {
    return this.#objects.get(key);
  }

  has(key: string): boolean {
    return this.#objects.has(key);
  }

  /** Whether there ever was something under that key. */
  everHad(key: string): boolean {
    return this.#everPut.has(key);
  }

  delete(key: string): void {
    this.#objects.delete(key);
  }

  /** As the store of a process reaches it. */
  reachedThrough(gate: Gate): BlobStore {
    return {
      put: (key, body) => gate('put blob', async () => this.put(key, body)),
      get: (key) => gate('get blob', async () => this.get(key)),
      deletePrefix: (prefix) =>
        gate('delete blobs', async () => {
          for (const key of this.keys) if (key.startsWith(prefix)) this.delete(key);
        }),
    };
  }
}
