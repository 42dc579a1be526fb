/** What a function of the stack uses: its database client's requests, its blobs, its time. */
import { connectDynamo, type DynamoServer } from '../test/support/dynamo-server';
import type { BlobStore, Store } from '../runtime/store/ports';
import { createStore } from '../runtime/store/store';
import type { RequestCounter, Requests } from './counted-dynamo';

/** What a function was used for. */
export interface Used extends Requests {
  readonly invocations: number;
  /** How long it ran, in milliseconds, all invocations together; those under way up to now. */
  readonly runMs: number;
  readonly blobRequests: number;
  /** Of the bell: how long connections stood, in milliseconds, and the messages that API Gateway counts. */
  readonly connectionMs: number;
  readonly messages: number;
}

export const NOTHING_USED: Used = {
  requests: 0,
  items: 0,
  bytes: 0,
  readUnits: 0,
  writeUnits: 0,
  invocations: 0,
  runMs: 0,
  blobRequests: 0,
  connectionMs: 0,
  messages: 0,
};

/** A function: its store, and a tally of what it uses. */
export class CountedFunction {
  #used: Used = NOTHING_USED;
  readonly #running = new Set<number>();
  readonly store: Store;

  constructor(dynamo: DynamoServer, counter: RequestCounter, blobs: BlobStore) {
    const client = connectDynamo(dynamo.endpoint);
    counter.watch(client, (requests) => this.#add(requests));
    this.store = createStore({ client, tables: dynamo.tables, blobs: this.#counted(blobs) });
  }

  get used(): Used {
    const now = performance.now();
    const underWay = [...this.#running].reduce((all, began) => all + now - began, 0);
    return { ...this.#used, runMs: this.#used.runMs + underWay };
  }

  /** Notes the beginning of an invocation; the answer notes its end. */
  begin(): () => void {
    const began = performance.now();
    // Two invocations never begin at the same instant of this clock, or one of them would be lost: it has nanoseconds.
    this.#running.add(began);
    this.#add({ invocations: 1 });
    return () => {
      if (this.#running.delete(began)) this.#add({ runMs: performance.now() - began });
    };
  }

  #counted(blobs: BlobStore): BlobStore {
    const note = (): void => this.#add({ blobRequests: 1 });
    return {
      put: (key, body) => (note(), blobs.put(key, body)),
      get: (key) => (note(), blobs.get(key)),
      deletePrefix: (prefix) => (note(), blobs.deletePrefix(prefix)),
    };
  }

  #add(more: Partial<Used>): void {
    this.#used = addUsed(this.#used, { ...NOTHING_USED, ...more });
  }
}

export function addUsed(a: Used, b: Used): Used {
  return combine(a, b, (x, y) => x + y);
}

export function lessUsed(a: Used, b: Used): Used {
  return combine(a, b, (x, y) => x - y);
}

export function timesUsed(a: Used, factor: number): Used {
  return combine(a, NOTHING_USED, (x) => x * factor);
}

function combine(a: Used, b: Used, of: (x: number, y: number) => number): Used {
  const keys = Object.keys(NOTHING_USED) as (keyof Used)[];
  return Object.fromEntries(keys.map((key) => [key, of(a[key], b[key])])) as unknown as Used;
}
