/** DynamoDB without a network: dynalite's own parsers, validators and actions, called in this process. */
import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { create } from 'dynalite/db';
import { createTables } from '../../runtime/local/dynamo-tables';

type Json = Record<string, unknown>;
type Action = (store: unknown, data: Json, done: (error: DynaliteError | null, data?: Json) => void) => void;
interface DynaliteError extends Error {
  body?: { ['__type']: string; message?: string; Message?: string };
}
interface Validations {
  checkTypes(data: Json, types: Json): Json;
  checkValidations(data: Json, types: Json, custom: unknown, store: unknown): void;
}

interface Command {
  readonly input: Json;
  readonly constructor: { readonly name: string };
  readonly middlewareStack: { identify(): string[] };
}

/** Stands between a process and the world. `once`: nobody sends this again when its answer is lost. */
export type Gate = <T>(name: string, run: () => Promise<T>, options?: { readonly once?: boolean }) => Promise<T>;

/** The mark of a request beneath the SDK's retries (`Table.putOnce`). */
const SEND_ONCE = 'sendOnce';

export const TABLE_NAMES = { sessions: 'sessions', control: 'control' } as const;

const AHEAD = 8;

/** One database; each process of the simulation reaches it through a client of its own. */
export class Database {
  /** Opened ahead of need: a new table takes a moment to become active, and the moments can pass side by side. */
  static readonly #ready: Promise<Database>[] = [];

  private constructor(private readonly store: unknown) {}

  /** An empty database with the store's tables. */
  static open(): Promise<Database> {
    while (Database.#ready.length < AHEAD) Database.#ready.push(Database.#create());
    return Database.#ready.shift() ?? Database.#create();
  }

  static async #create(): Promise<Database> {
    const database = new Database(create({ createTableMs: 0 } as Parameters<typeof create>[0]));
    await createTables(
      database.client((_name, run) => run()),
      TABLE_NAMES,
    );
    return database;
  }

  /** A client whose every request goes through `gate`, which may delay, repeat, lose or refuse it. */
  client(gate: Gate): DynamoDBClient {
    const send = (command: Command): Promise<unknown> => {
      const operation = command.constructor.name.replace(/Command$/, '');
      const once = command.middlewareStack.identify().some((name) => name.startsWith(SEND_ONCE));
      let attempts = 0;
      const run = (): Promise<unknown> => {
        attempts += 1;
        return this.#run(operation, command.input, attempts);
      };
      return gate(operation, run, { once });
    };
    return { send, config: {} } as unknown as DynamoDBClient;
  }

  async #run(operation: string, input: Json, attempts = 1): Promise<unknown> {
    const name = operation.charAt(0).toLowerCase() + operation.slice(1);
    const validations: Validations = require('dynalite/validations');
    const { types, custom }: { types: Json; custom: unknown } = require(`dynalite/validations/${name}`);
    const action: Action = require(`dynalite/actions/${name}`);
    try {
      const data = validations.checkTypes(toWire(input) as Json, types);
      validations.checkValidations(data, types, custom, this.store);
      return fromWire(
        await new Promise<Json>((resolve, reject) => {
          action(this.store, data, (error, result) => (error ? reject(error) : resolve(result ?? {})));
        }),
      );
    } catch (error) {
      throw toSdkError(error as DynaliteError, attempts);
    }
  }
}

/** Bytes travel as base64, as in DynamoDB's own protocol; a copy is made, as a network would. */
function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, toWire(part)]])),
  );
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

function toSdkError(error: DynaliteError, attempts: number): Error {
  const { ['__type']: code } = error.body ?? {};
  const type = code?.split('#').at(-1);
  const message = error.body?.message ?? error.body?.Message ?? error.message;
  if (type === 'ConditionalCheckFailedException')
    return new ConditionalCheckFailedException({ message, $metadata: { attempts } });
  return type === undefined ? error : Object.assign(new Error(message), { name: type });
}
