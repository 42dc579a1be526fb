/** The database on one machine: dynalite's own validators and actions, called in this process. Nothing listens anywhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { create, type DynaliteStore } from 'dynalite/db';
import { quickenExpressions } from './dynamo-expressions';
import { restoreIndexes } from './dynamo-indexes';
import { quickenReads } from './dynamo-reads';

/** A request's input, or an answer's output, as the SDK has it. */
export type Fields = Readonly<Record<string, unknown>>;

interface Validations {
  checkTypes(data: Fields, types: Fields): Fields;
  checkValidations(data: Fields, types: Fields, custom: unknown, store: DynaliteStore): void;
}
type Action = (store: DynaliteStore, data: Fields, done: (error: DynaliteError | null, data?: Fields) => void) => void;
interface DynaliteError extends Error {
  readonly statusCode?: number;
  readonly body?: { readonly ['__type']?: string; readonly message?: string; readonly Message?: string };
}

const CLOSE_WITHIN_MS = 5_000;

/** What dynalite does for one kind of request. */
interface Served {
  readonly types: Fields;
  readonly custom: unknown;
  readonly action: Action;
}

/** An open database: it does what DynamoDB would do for each request, without a network in between. */
export class DynamoEngine {
  readonly #validations = require('dynalite/validations') as Validations;
  readonly #served = new Map<string, Served>();
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(private readonly store: DynaliteStore) {
    quickenReads(store);
    quickenExpressions();
  }

  /**
   * Opens the database of a directory, or an empty one in memory.
   *
   * @param tables the names of the tables whose indexes are made whole, where a kill has left them torn.
   * @throws Error when another process has the directory open, or it cannot be read.
   */
  static async open({ path, tables = [] }: { path?: string; tables?: readonly string[] } = {}): Promise<DynamoEngine> {
    const store = create({ ...(path === undefined ? {} : { path }), createTableMs: 0 });
    try {
      await store.db.open();
    } catch (error) {
      throw new Error(`The data in ${path} cannot be opened; another process may be using them`, { cause: error });
    }
    await restoreIndexes(store, tables);
    return new DynamoEngine(store);
  }

  /**
   * Does what a request asks for.
   *
   * @param operation as DynamoDB names it: `PutItem`.
   * @param attempts how often the request has been sent, this time included; an error says it.
   * @throws DynamoDBServiceException what DynamoDB would answer with.
   */
  run(operation: string, input: Fields, attempts = 1): Promise<Fields> {
    if (this.#isClosed) return Promise.reject(new Error('The database is closed'));
    const run = this.#run(operation, input).catch((error: DynaliteError) => {
      throw sdkErrorOf(error, attempts);
    });
    this.#underWay.add(run);
    const over = (): unknown => this.#underWay.delete(run);
    run.then(over, over);
    return run;
  }

  /** Takes no more requests, answers those that are under way, but for no longer than some seconds, and closes the data. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.race([Promise.allSettled(this.#underWay), sleep(CLOSE_WITHIN_MS, undefined, { ref: false })]);
    await this.store.db.close();
  }

  async #run(operation: string, input: Fields): Promise<Fields> {
    const { types, custom, action } = this.#serving(operation);
    const data = this.#validations.checkTypes(toWire(input) as Fields, types);
    this.#validations.checkValidations(data, types, custom, this.store);
    return new Promise((resolve, reject) => {
      action(this.store, data, (error, output) => (error ? reject(error) : resolve(fromWire(output ?? {}) as Fields)));
    });
  }

  #serving(operation: string): Served {
    const known = this.#served.get(operation);
    if (known) return known;
    const name = operation.charAt(0).toLowerCase() + operation.slice(1);
    const { types, custom } = require(`dynalite/validations/${name}`) as Pick<Served, 'types' | 'custom'>;
    const served: Served = { types, custom, action: require(`dynalite/actions/${name}`) as Action };
    this.#served.set(operation, served);
    return served;
  }
}

/** Bytes travel as base64, as in DynamoDB's own protocol; a copy is made, as a network would. */
function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) if (part !== undefined) copy[key] = toWire(part);
  return copy;
}

function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'B' && typeof only[1] === 'string') {
    return { B: new Uint8Array(Buffer.from(only[1], 'base64')) };
  }
  return Object.fromEntries(entries.map(([key, part]) => [key, fromWire(part)]));
}

/** An error of dynalite as the SDK would throw it; one that is not an answer stays what it is. */
function sdkErrorOf(error: DynaliteError, attempts: number): Error {
  const { body } = error;
  const name = body?.['__type']?.split('#').at(-1);
  if (name === undefined) return error;
  const message = body?.message ?? body?.Message ?? error.message;
  const $metadata = { attempts, ...(error.statusCode === undefined ? {} : { httpStatusCode: error.statusCode }) };
  if (name === 'ConditionalCheckFailedException') return new ConditionalCheckFailedException({ message, $metadata });
  const $fault = (error.statusCode ?? 400) < 500 ? 'client' : 'server';
  return new DynamoDBServiceException({ name, message, $fault, $metadata });
}
