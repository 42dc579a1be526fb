/**
 * Counts what DynamoDB clients ask for: requests, items, bytes and request units. The embedded database says what a request
 * costs in its table; what it leaves out is added by DynamoDB's rules: a read that finds nothing costs the smallest read, a
 * refused condition a write, and a write costs one unit more in each index for an entry that it adds or removes.
 */
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { TABLES, type TableNames } from '../runtime/store/tables';

/** What was asked for, added up. */
export interface Requests {
  readonly requests: number;
  /** Items that reads returned. */
  readonly items: number;
  /** Bytes of those items, names and values, as DynamoDB counts them. */
  readonly bytes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const NOTHING: Requests = { requests: 0, items: 0, bytes: 0, readUnits: 0, writeUnits: 0 };

export const sum = (a: Requests, b: Requests): Requests => ({
  requests: a.requests + b.requests,
  items: a.items + b.items,
  bytes: a.bytes + b.bytes,
  readUnits: a.readUnits + b.readUnits,
  writeUnits: a.writeUnits + b.writeUnits,
});

export const scaled = (all: Requests, factor: number): Requests => ({
  requests: all.requests * factor,
  items: all.items * factor,
  bytes: all.bytes * factor,
  readUnits: all.readUnits * factor,
  writeUnits: all.writeUnits * factor,
});

type RawItem = Record<string, AttributeValue>;

/** The parts of any request and any answer that are looked at. */
interface Input {
  readonly TableName?: string;
  readonly Key?: RawItem;
  readonly Item?: RawItem;
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<Record<string, readonly { readonly DeleteRequest?: { readonly Key?: RawItem } }[]>>;
}
interface Output {
  readonly Item?: RawItem;
  readonly Items?: readonly RawItem[];
  readonly Attributes?: RawItem;
  readonly Responses?: Readonly<Record<string, readonly RawItem[]>>;
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
}
interface Consumed {
  readonly CapacityUnits?: number;
}

/** Counts the requests of any number of clients of one database. They share the knowledge of what stands in the indexes. */
export class RequestCounter {
  /** The index entries of an item, by table and key. */
  readonly #entries = new Map<string, readonly string[]>();

  constructor(private readonly tables: TableNames) {}

  /** From now on, `note` is told what each request of the client used. */
  watch(client: DynamoDBClient, note: (requests: Requests) => void): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const input = args.input as Input;
        const asked = { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as typeof args.input;
        try {
          const result = await next({ ...args, input: asked });
          note(this.#count(context.commandName ?? '', input, result.output as Output));
          return result;
        } catch (error) {
          note({ ...NOTHING, requests: 1, writeUnits: 1 });
          throw error;
        }
      },
      { step: 'initialize', name: 'countRequests' },
    );
  }

  #count(command: string, input: Input, output: Output): Requests {
    const units = [output.ConsumedCapacity ?? []].flat().reduce((all, { CapacityUnits = 0 }) => all + CapacityUnits, 0);
    switch (command) {
      case 'GetItemCommand':
      case 'QueryCommand':
      case 'BatchGetItemCommand': {
        const found = [output.Item ?? [], output.Items ?? [], Object.values(output.Responses ?? {}).flat()].flat();
        const least = input.ConsistentRead || command === 'BatchGetItemCommand' ? 1 : 0.5;
        const bytes = found.reduce((all, item) => all + sizeOf(item), 0);
        return { ...NOTHING, requests: 1, items: found.length, bytes, readUnits: Math.max(units, least) };
      }
      default:
        return { ...NOTHING, requests: 1, writeUnits: units + this.#indexUnits(command, input, output) };
    }
  }

  #indexUnits(command: string, input: Input, output: Output): number {
    const table = input.TableName ?? '';
    switch (command) {
      case 'PutItemCommand':
        return this.#move(table, input.Item, input.Item);
      case 'UpdateItemCommand':
        return this.#move(table, input.Key, output.Attributes);
      case 'DeleteItemCommand':
        return this.#move(table, input.Key, undefined);
      default:
        return Object.entries(input.RequestItems ?? {})
          .flatMap(([name, requests]) => requests.map(({ DeleteRequest }) => this.#move(name, DeleteRequest?.Key)))
          .reduce((all, units) => all + units, 0);
    }
  }

  /** What an item's change costs in the indexes: an entry whose key changes is removed and added. */
  #move(tableName: string, key: RawItem = {}, item?: RawItem): number {
    const { pk, sk } = unmarshall(key);
    const name = `${tableName}\n${String(pk)}\n${String(sk)}`;
    const before = this.#entries.get(name) ?? [];
    const after = item === undefined ? [] : this.#entriesOf(tableName, item);
    if (after.length > 0) this.#entries.set(name, after);
    else this.#entries.delete(name);
    const removed = before.filter((entry) => !after.includes(entry)).length;
    const added = after.filter((entry) => !before.includes(entry)).length;
    return removed + added;
  }

  #entriesOf(tableName: string, raw: RawItem): string[] {
    const item = unmarshall(raw);
    const { indexes } = tableName === this.tables.sessions ? TABLES.sessions : TABLES.control;
    return indexes.flatMap(({ name, partition, sort }) => {
      const [at, by] = [item[partition], item[sort.name]];
      return at === undefined || by === undefined ? [] : [`${name} ${String(at)} ${String(by)}`];
    });
  }
}

function sizeOf(item: RawItem): number {
  const sizes = Object.entries(item).map(([name, { S, N, B }]) => name.length + (B?.length ?? (S ?? N ?? '').length));
  return sizes.reduce((all, size) => all + size, 0);
}
