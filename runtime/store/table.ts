import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  conditionOf,
  keyConditionOf,
  projectionOf,
  updateOf,
  type Attributes,
  type Change,
  type Condition,
} from './expressions';
import type { ItemKey } from './keys';
import type { IndexSchema } from './tables';

/** An item as read: its keys and whatever else it has. */
export type Item = ItemKey & Attributes;

/** Which items of one partition, and in what order. Both ends of the range are inclusive; without one it is open. */
export interface TableQuery {
  readonly partition: string;
  readonly from?: string | number;
  readonly to?: string | number;
  readonly descending?: boolean;
  /** Read an index instead of the table. Indexes are always eventually consistent. */
  readonly index?: IndexSchema;
  /** Half the price, and perhaps a moment behind. */
  readonly eventual?: boolean;
  /** How many items to ask for at a time. */
  readonly pageSize?: number;
  /** Only these attributes. */
  readonly attributes?: readonly string[];
  readonly filter?: Condition;
}

/**
 * What belongs into the configuration of each client that tables are given: the SDK puts its chain of middleware together once
 * for each kind of request, and not for each request.
 */
export const LEAN_CLIENT = { cacheMiddleware: true } as const;

const DEFAULT_PAGE = 100;
const BATCH_GET_MAX = 100;
const BATCH_WRITE_MAX = 25;
/** A batch that the database does not finish is asked again, after waits that double from 20 ms: about 10 s in all. */
const BATCH_TRIES = 10;
const BATCH_WAIT_MS = 20;
const WRITE_ID_BYTES = 12;

/**
 * One table. Reads are strongly consistent unless they say otherwise. A condition that does not hold is an answer (`false` or
 * `undefined`), not an exception; whatever else goes wrong is thrown as the SDK has it, after the SDK's own retries.
 *
 * Every conditional write leaves a random `write_id` in the item. When an answer was lost, the SDK asks again, and its own
 * first try makes the condition fail; the id tells such a write from somebody else's.
 */
export class Table {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly name: string,
  ) {}

  async get(key: ItemKey): Promise<Item | undefined> {
    const { Item: found } = await this.client.send(
      new GetItemCommand({ TableName: this.name, Key: rawKey(key), ConsistentRead: true }),
    );
    return found && toItem(found);
  }

  /** The items under the keys, in the keys' order; undefined where there is none. No key may stand twice. */
  async getAll(keys: readonly ItemKey[], attributes?: readonly string[]): Promise<(Item | undefined)[]> {
    const found = new Map<string, Item>();
    for (const batch of chunks(keys, BATCH_GET_MAX)) await this.getBatch(batch, found, attributes);
    return keys.map((key) => found.get(nameOf(key)));
  }

  private async getBatch(
    keys: readonly ItemKey[],
    into: Map<string, Item>,
    attributes?: readonly string[],
  ): Promise<void> {
    const projection = projectionOf(attributes && [...new Set(['pk', 'sk', ...attributes])]);
    await untilDone(keys.map(rawKey), async (left) => {
      const request = { Keys: left, ConsistentRead: true, ...projection };
      const answer = await this.client.send(new BatchGetItemCommand({ RequestItems: { [this.name]: request } }));
      for (const raw of answer.Responses?.[this.name] ?? []) {
        const item = toItem(raw);
        into.set(nameOf(item), item);
      }
      return answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
    });
  }

  /** Puts the item if the condition holds for what is there. False when it does not. */
  async put(item: Item, condition: Condition): Promise<boolean> {
    const writeId = newWriteId();
    const written = await this.conditionally(item, writeId, () =>
      this.client.send(
        new PutItemCommand({
          TableName: this.name,
          Item: toAttributes({ ...item, write_id: writeId }),
          ...conditionOf(condition),
        }),
      ),
    );
    return written !== undefined;
  }

  /** Puts the item whatever is there. */
  async set(item: Item): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.name, Item: toAttributes(item) }));
  }

  /**
   * Puts the item whatever is there, with one request and no more. When it throws, the put may have been carried out all the
   * same: for an item that others delete once they have seen it, putting it again would bring it back.
   */
  async putOnce(item: Item): Promise<void> {
    const command = new PutItemCommand({ TableName: this.name, Item: toAttributes(item) });
    let failure: unknown;
    // Beneath the SDK's retries: it would recognize the error itself as one after which it may try again.
    command.middlewareStack.add(
      (next) => (args) =>
        next(args).catch((error: unknown) => {
          failure = error;
          throw new Error('Sent once, and not to be sent again');
        }),
      { step: 'finalizeRequest', priority: 'low', name: 'sendOnce' },
    );
    // With options, however empty, the chain is this request's own, and not the one that is kept (`LEAN_CLIENT`).
    await this.client.send(command, {}).catch((error: unknown) => {
      throw failure ?? error;
    });
  }

  /** Changes attributes, creating the item unless the condition forbids. The item afterwards; undefined when it was refused. */
  async update(key: ItemKey, change: Change, condition: Condition): Promise<Item | undefined> {
    const writeId = newWriteId();
    const marked = { ...change, set: { ...change.set, write_id: writeId } };
    return this.conditionally(key, writeId, async () => {
      const { Attributes: after } = await this.client.send(
        new UpdateItemCommand({
          TableName: this.name,
          Key: rawKey(key),
          ReturnValues: 'ALL_NEW',
          ...updateOf(marked, condition),
        }),
      );
      return toItem(after ?? {});
    });
  }

  /**
   * What `send` returned, or undefined when the condition failed. Where it cannot be known from the answer which of the two
   * happened, the item is read.
   */
  private async conditionally<T>(key: ItemKey, writeId: string, send: () => Promise<T>): Promise<T | Item | undefined> {
    try {
      return await send();
    } catch (error) {
      const refused = error instanceof ConditionalCheckFailedException;
      if (refused && error.$metadata.attempts === 1) return undefined;
      const stored = await this.get(key).catch(() => undefined);
      if (stored?.write_id === writeId) return stored;
      if (refused) return undefined;
      throw error;
    }
  }

  /** Deletes the item. Deleting what is gone is no error. */
  async delete(key: ItemKey): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.name, Key: rawKey(key) }));
  }

  /** Deletes the item if the condition holds for what is there. */
  async deleteIf(key: ItemKey, condition: Condition): Promise<void> {
    const input = { TableName: this.name, Key: rawKey(key), ...conditionOf(condition) };
    await this.client.send(new DeleteItemCommand(input)).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }

  /** Deletes many items, each by itself. Repeat it after a crash. No key may stand twice. */
  async deleteAll(keys: readonly ItemKey[]): Promise<void> {
    for (const batch of chunks(keys, BATCH_WRITE_MAX)) {
      const requests: WriteRequest[] = batch.map((key) => ({ DeleteRequest: { Key: rawKey(key) } }));
      await untilDone(requests, async (left) => {
        const answer = await this.client.send(new BatchWriteItemCommand({ RequestItems: { [this.name]: left } }));
        return answer.UnprocessedItems?.[this.name] ?? [];
      });
    }
  }

  /** Deletes every item of a range of a partition. */
  async deleteRange(query: Pick<TableQuery, 'partition' | 'from' | 'to'>): Promise<void> {
    for await (const page of this.pages({ ...query, attributes: ['pk', 'sk'] })) await this.deleteAll(page);
  }

  /** The items, page by page as the consumer takes them: it stops asking when the consumer stops. */
  async *query(query: TableQuery): AsyncGenerator<Item> {
    for await (const page of this.pages(query)) yield* page;
  }

  /** The same, as the pages that the database returns. A page may be empty and not the last. */
  async *pages(query: TableQuery): AsyncGenerator<Item[]> {
    // DynamoDB refuses such a range; it holds nothing.
    if (query.from !== undefined && query.to !== undefined && query.from > query.to) return;
    let start: Record<string, AttributeValue> | undefined;
    do {
      const answer = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          IndexName: query.index?.name,
          ConsistentRead: !query.index && !query.eventual,
          ScanIndexForward: !query.descending,
          Limit: query.pageSize ?? DEFAULT_PAGE,
          ExclusiveStartKey: start,
          ...keyConditionOf(query),
        }),
      );
      yield (answer.Items ?? []).map(toItem);
      start = answer.LastEvaluatedKey;
    } while (start);
  }

  /**
   * The items that an index names, read anew, in the index's order and each once. While an item moves in the index it can be
   * named at both of its places, and the local database, killed at the wrong moment, keeps the old one for good.
   */
  async *indexed(query: TableQuery, attributes?: readonly string[]): AsyncGenerator<Item> {
    const seen = new Set<string>();
    for await (const hints of this.pages(query)) {
      const unseen = [...new Map(hints.map((hint) => [nameOf(hint), hint]))].filter(([name]) => !seen.has(name));
      for (const [name] of unseen) seen.add(name);
      for (const item of await this.getAll(
        unseen.map(([, hint]) => hint),
        attributes,
      ))
        if (item) yield item;
    }
  }
}

const newWriteId = (): string => randomBytes(WRITE_ID_BYTES).toString('base64url');
/** Of what may be a whole item, the key alone. */
const rawKey = ({ pk, sk }: ItemKey): Record<string, AttributeValue> => marshall({ pk, sk });
const nameOf = (key: ItemKey): string => `${key.pk}\n${key.sk}`;
const toItem = (raw: Record<string, AttributeValue>): Item => unmarshall(raw) as Item;
const toAttributes = (item: Item): Record<string, AttributeValue> => marshall(item, { removeUndefinedValues: true });

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Sends what is left over again, with growing waits, until nothing is. */
async function untilDone<T>(all: T[], send: (left: T[]) => Promise<T[]>): Promise<void> {
  let left = all;
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === BATCH_TRIES) throw new Error(`The database left ${left.length} requests of a batch undone`);
    if (tries > 0) await sleep(BATCH_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
    left = await send(left);
  }
}
