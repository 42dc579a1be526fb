/** The database of one machine, each of whose requests the simulation decides about. */
import type { AttributeValue, DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import { TABLE_NAMES } from '../../runtime/local/dynamo';
import { DynamoEngine, type Fields } from '../../runtime/local/dynamo-engine';
import { createTables } from '../../runtime/local/dynamo-tables';
import type { About } from './scheduler';

interface Command {
  readonly input: Fields;
  readonly constructor: { readonly name: string };
  readonly middlewareStack: { identify(): string[] };
}

/** Stands between a process and the world. */
export type Gate = <T>(name: string, run: () => Promise<T>, about?: About) => Promise<T>;

/** What became of an item. */
export interface Written {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}
/** Told of every item that a request may have changed. */
export type Witness = (written: Written) => void;

type Row = Record<string, AttributeValue>;

/** The mark of a request beneath the SDK's retries (`Table.putOnce`). */
const SEND_ONCE = 'sendOnce';

const AHEAD = 8;

/** One database; each process of the simulation reaches it through a client of its own. */
export class Database {
  /** Opened ahead of need: a new table takes a moment to become active, and the moments can pass side by side. */
  static readonly #ready: Promise<Database>[] = [];

  private constructor(private readonly engine: DynamoEngine) {}

  /** An empty database with the store's tables. */
  static open(): Promise<Database> {
    while (Database.#ready.length < AHEAD) Database.#ready.push(Database.#create());
    return Database.#ready.shift() ?? Database.#create();
  }

  static async #create(): Promise<Database> {
    const database = new Database(await DynamoEngine.open());
    await createTables(
      database.client((_name, run) => run()),
      TABLE_NAMES,
    );
    return database;
  }

  /** A client whose every request goes through `gate`, which may delay, repeat, lose or refuse it. */
  client(gate: Gate, witness?: Witness): DynamoDBClient {
    const send = (command: Command): Promise<unknown> => {
      const operation = command.constructor.name.replace(/Command$/, '');
      const once = command.middlewareStack.identify().some((name) => name.startsWith(SEND_ONCE));
      let attempts = 0;
      const run = (): Promise<unknown> => {
        attempts += 1;
        return this.#run(operation, command.input, attempts, witness);
      };
      return gate(operation, run, { once });
    };
    return { send, config: {} } as unknown as DynamoDBClient;
  }

  async #run(operation: string, input: Fields, attempts: number, witness: Witness | undefined): Promise<Fields> {
    const written = witness ? writtenBy(operation, input) : [];
    const before = await Promise.all(written.map((place) => this.#read(place)));
    try {
      return await this.engine.run(operation, input, attempts);
    } finally {
      for (const [at, place] of written.entries()) witness?.({ before: before[at], after: await this.#read(place) });
    }
  }

  async #read(place: Fields): Promise<Row | undefined> {
    const { Item: row } = await this.engine.run('GetItem', { ...place, ConsistentRead: true });
    return row as Row | undefined;
  }
}

/** The places of the items that a request may change. */
function writtenBy(operation: string, input: Fields): Fields[] {
  const { TableName, Key, Item: item, RequestItems: tables = {} } = input;
  switch (operation) {
    case 'PutItem':
      return [{ TableName, Key: keyOf(item as Row) }];
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ TableName, Key }];
    case 'BatchWriteItem':
      return Object.entries(tables as Record<string, WriteRequest[]>).flatMap(([table, requests]) =>
        requests.map(({ DeleteRequest: deleted }) => ({ TableName: table, Key: deleted?.Key })),
      );
    default:
      return [];
  }
}

const keyOf = ({ pk, sk }: Row) => ({ pk, sk });
