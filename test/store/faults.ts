import type { DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb';

/**
 * Makes a client lose answers: the request reaches the database and is carried out, then the connection "breaks". Inside the
 * SDK's retries, just above the socket, so that they see it as they would see the network.
 *
 * @param loses which of the answers, counted from 1, are lost.
 */
export function loseAnswers(client: DynamoDBClient, loses: (n: number) => boolean): void {
  let answers = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      answers += 1;
      if (loses(answers)) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'loseAnswers' },
  );
}

/** Makes every request fail before it leaves. */
export function cutOff(client: DynamoDBClient): void {
  client.middlewareStack.add(
    () => async () => {
      throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    },
    { step: 'deserialize', priority: 'low', name: 'cutOff' },
  );
}

/** Counts the requests that a client sends, by operation. */
export function countRequests(client: DynamoDBClient): Map<string, number> {
  const counts = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => (args) => {
      const name = String(context.commandName);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'countRequests' },
  );
  return counts;
}

/** Makes every index name each item twice, as it may while the item moves in it. */
export function repeatHints(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const output = result.output as QueryCommandOutput;
      if ('IndexName' in args.input && args.input.IndexName !== undefined) output.Items?.push(...output.Items);
      return result;
    },
    { step: 'initialize', name: 'repeatHints' },
  );
}
