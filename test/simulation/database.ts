/** The database of one machine, each of whose requests the simulation decides about. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TABLE_NAMES } from '../../runtime/local/dynamo';
import { DynamoEngine, type Fields } from '../../runtime/local/dynamo-engine';
import { createTables } from '../../runtime/local/dynamo-tables';

interface Command {
  readonly input: Fields;
  readonly constructor: { readonly name: string };
  readonly middlewareStack: { identify(): string[] };
}

/** Stands between a process and the world. `once`: nobody sends this again when its answer is lost. */
export type Gate = <T>(name: string, run: () => Promise<T>, options?: { readonly once?: boolean }) => Promise<T>;

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
  client(gate: Gate): DynamoDBClient {
    const send = (command: Command): Promise<unknown> => {
      const operation = command.constructor.name.replace(/Command$/, '');
      const once = command.middlewareStack.identify().some((name) => name.startsWith(SEND_ONCE));
      let attempts = 0;
      const run = (): Promise<unknown> => {
        attempts += 1;
        return this.engine.run(operation, command.input, attempts);
      };
      return gate(operation, run, { once });
    };
    return { send, config: {} } as unknown as DynamoDBClient;
  }
}
