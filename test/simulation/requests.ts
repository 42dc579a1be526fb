/** What a request to the database is about. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { WARM_PARTITION } from '../../runtime/store/keys';
import type { Choices, Question } from './choices';
import type { Database, Gate, Witness } from './database';

type Value = { readonly S?: string };
type Key = { readonly pk?: Value; readonly sk?: Value };

/** As much of a request as says which items it is about. */
interface Request extends Question {
  readonly Key?: Key;
  readonly Item?: Key;
}

interface Command {
  readonly input: Request;
  readonly constructor: { readonly name: string };
  readonly middlewareStack: unknown;
}

/** How the sort keys of each kind of item begin. */
const SUBJECTS: readonly (readonly [RegExp, string])[] = [
  [/^HEAD/, 'lease'],
  [/^INBOX#/, 'inbox'],
  [/^LOG#/, 'log'],
  [/^PREVIEW#/, 'preview'],
  [/^SESSION$/, 'session'],
  [/^SESSION#/, 'work'],
  [/^WORK#/, 'work name'],
  [/^KEY$/, 'key'],
  [/^ENTRY#/, 'entry'],
  [/^A$/, 'thread'],
  [/^DELETED#/, 'tombstone'],
];

/** The kind of item: a write of the log and one of the inbox fail each for itself. */
export function subjectOf(request: Request): string {
  if (request.IndexName !== undefined) return `${request.IndexName} index`;
  if (partitionOf(request) === WARM_PARTITION) return 'warm';
  const sort = keyOf(request)?.sk?.S ?? request.ExpressionAttributeValues?.[':from']?.S ?? '';
  return SUBJECTS.find(([beginning]) => beginning.test(sort))?.[1] ?? 'other';
}

/** Where it belongs; nowhere, if it asks an index. */
function partitionOf(request: Request): string | undefined {
  if (request.IndexName !== undefined) return undefined;
  return keyOf(request)?.pk?.S ?? request.ExpressionAttributeValues?.[':partition']?.S;
}

/** The key of a batch is that of its first item. */
function keyOf({ Key: key, Item: item, RequestItems: tables = {} }: Request): Key | undefined {
  const [batch] = Object.values(tables) as { Keys?: Key[]; 0?: { DeleteRequest?: { Key?: Key } } }[];
  return key ?? item ?? batch?.Keys?.[0] ?? batch?.[0]?.DeleteRequest?.Key;
}

/** What a client of the simulated database needs. */
export interface ClientDeps {
  readonly database: Database;
  readonly gate: Gate;
  /** How the database answers where it has a choice. */
  readonly choices: Choices;
  /** Who looks at what is written. */
  readonly witness: Witness;
}

/** A client whose every request goes through the gate under a name that says what it is about. */
export function clientOf({ database, gate, choices, witness }: ClientDeps): DynamoDBClient {
  const send = (command: Command): Promise<unknown> => {
    const part = choices.partOf(command.input);
    const partition = partitionOf(command.input);
    const named: Gate = (name, run, about) =>
      gate(`${name} ${subjectOf(command.input)}`, () => choices.answer(name, command.input, part, run), {
        ...about,
        ...(partition === undefined ? {} : { partition }),
      });
    const { constructor, middlewareStack } = command;
    const asked = { constructor, middlewareStack, input: part };
    return database.client(named, witness).send(asked as unknown as Parameters<DynamoDBClient['send']>[0]);
  };
  return { send, config: {} } as unknown as DynamoDBClient;
}
