/** DynamoDB's expressions, from values. Attribute names are always placeholders, so that no name can be a reserved word. */
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ItemKey } from './keys';
import type { IndexSchema } from './tables';

export type Attribute = string | number | boolean | Uint8Array;
export type Attributes = Readonly<Record<string, Attribute | undefined>>;

/** What a write demands of the item as it is. In the text, `#name` is an attribute and `:name` a value of `values`. */
export interface Condition {
  readonly text: string;
  readonly values?: Attributes;
}

/** Changes of an item. An attribute set to undefined is removed. */
export interface Change {
  readonly set?: Attributes;
  /** Set only where the item has no such attribute yet. */
  readonly initially?: Attributes;
  readonly remove?: readonly string[];
}

/** A named condition's text with the values it speaks of. */
export const given = (text: string, values: Attributes = {}): Condition => ({ text, values });
/** True when one of them is. Nothing binds weaker than OR, and parentheses cost some parsers a hundred times the rest. */
export const anyOf = (...texts: readonly string[]): string => texts.join(' OR ');
/** True when all of them are. */
export const allOf = (...texts: readonly string[]): string =>
  texts.map((text) => (text.includes(' OR ') ? `(${text})` : text)).join(' AND ');

interface Expression {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

const NAME = /#([a-z_]+)/g;
const placeholdersIn = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(NAME)].map(([placeholder, name]) => [placeholder, name ?? '']));
const valuesOf = (values: Attributes = {}): Record<string, AttributeValue> =>
  marshall(Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])), {
    removeUndefinedValues: true,
  });
/** DynamoDB refuses a map of placeholders that is empty. */
const unlessEmpty = <T extends object>(map: T): T | undefined => (Object.keys(map).length === 0 ? undefined : map);

/** The parts of a request that a condition needs. */
export function conditionOf(condition: Condition): Expression & { ConditionExpression: string } {
  return {
    ConditionExpression: condition.text,
    ExpressionAttributeNames: unlessEmpty(placeholdersIn(condition.text)),
    ExpressionAttributeValues: unlessEmpty(valuesOf(condition.values)),
  };
}

/** The parts of an update's request. Values of the change are prefixed, so that they cannot meet the condition's. */
export function updateOf(
  change: Change,
  condition: Condition,
): Expression & { UpdateExpression: string; ConditionExpression: string } {
  const set = Object.entries(change.set ?? {});
  const assigned = set.filter(([, value]) => value !== undefined);
  const removed = [...(change.remove ?? []), ...set.filter(([, value]) => value === undefined).map(([name]) => name)];
  const initial = Object.entries(change.initially ?? {});
  const assignments = [
    ...assigned.map(([name]) => `#${name} = :new_${name}`),
    ...initial.map(([name]) => `#${name} = if_not_exists(#${name}, :new_${name})`),
  ];
  const text =
    `SET ${assignments.join(', ')}` +
    (removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : '');
  const values = Object.fromEntries([...assigned, ...initial].map(([name, value]) => [`new_${name}`, value]));
  return {
    UpdateExpression: text,
    ConditionExpression: condition.text,
    ExpressionAttributeNames: placeholdersIn(`${text} ${condition.text}`),
    ExpressionAttributeValues: valuesOf({ ...values, ...condition.values }),
  };
}

/** The parts of a request that reads only some attributes. */
export function projectionOf(attributes?: readonly string[]): Expression & { ProjectionExpression?: string } {
  if (!attributes) return {};
  const text = attributes.map((name) => `#${name}`).join(', ');
  return { ProjectionExpression: text, ExpressionAttributeNames: placeholdersIn(text) };
}

const PRIMARY: { partition: keyof ItemKey; sort: { name: keyof ItemKey } } = { partition: 'pk', sort: { name: 'sk' } };

/** The parts of a query: its partition, its range, what it filters and what it returns. */
export function keyConditionOf(query: {
  readonly partition: string;
  readonly from?: string | number;
  readonly to?: string | number;
  readonly index?: IndexSchema;
  readonly attributes?: readonly string[];
  readonly filter?: Condition;
}): Expression & { KeyConditionExpression: string; FilterExpression?: string; ProjectionExpression?: string } {
  const { partition, sort } = query.index ?? PRIMARY;
  const range = rangeOf(`#${sort.name}`, query.from, query.to);
  const text = `#${partition} = :partition${range && ` AND ${range}`}`;
  const projection = projectionOf(query.attributes);
  return {
    KeyConditionExpression: text,
    FilterExpression: query.filter?.text,
    ProjectionExpression: projection.ProjectionExpression,
    ExpressionAttributeNames: {
      ...placeholdersIn(`${text} ${query.filter?.text ?? ''}`),
      ...projection.ExpressionAttributeNames,
    },
    ExpressionAttributeValues: valuesOf({
      partition: query.partition,
      from: query.from,
      to: query.to,
      ...query.filter?.values,
    }),
  };
}

function rangeOf(sort: string, from?: string | number, to?: string | number): string {
  if (from !== undefined && to !== undefined) return `${sort} BETWEEN :from AND :to`;
  if (from !== undefined) return `${sort} >= :from`;
  if (to !== undefined) return `${sort} <= :to`;
  return '';
}
