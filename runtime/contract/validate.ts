/** From the raw parts of a request to the typed input of an operation, or the 400 that says what is wrong. */
import { checkObject } from './check';
import { invalid } from './errors';
import { ROUTES } from './generated/routes';
import type { OperationInput, OperationName } from './operations';
import type { ObjectShape, Shape } from './shape';

/** A request as it came: the path's parameters, the query, the parsed body (undefined when there was none), the headers. */
export interface RawInput {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: Headers;
}

/** How deep a body may be nested. What no sensible request needs would only serve to exhaust a stack further on. */
const MAX_DEPTH = 100;
/** Half of a surrogate pair: it has no UTF-8 form, so neither a store nor a model could keep it as it was sent. */
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The input of an operation.
 *
 * Fields, query parameters and headers that the operation does not declare are ignored and do not reach it. Null for an
 * optional field is the same as leaving it out, except where `NULL_MEANS` says otherwise (reference 19). An empty body is an
 * empty object. Ids in the path are not looked at: a malformed one reads as absent (reference 1.5).
 *
 * @throws ApiError 400 with the path of the field: `events.0.user_message.content.0.text: value is required`.
 */
export function validateInput<O extends OperationName>(operation: O, raw: RawInput): OperationInput<O> {
  const route = ROUTES[operation];
  const input = {
    path: raw.path,
    query: route.query ? checkObject(route.query, fromQuery(route.query, raw.query), 'query') : {},
    body: bodyOf(route.body, raw.body),
    headers: route.headers ? checkObject(route.headers, fromHeaders(route.headers, raw.headers), 'headers') : {},
  };
  // The shapes are derived from the types of `Operations`, which TypeScript cannot see.
  return input as OperationInput<O>;
}

function bodyOf(shape: ObjectShape | 'multipart' | undefined, body: unknown): unknown {
  if (shape === undefined) return undefined;
  if (shape === 'multipart') {
    if (body instanceof FormData) return body;
    throw invalid('request body: must be multipart/form-data');
  }
  assertPlainJson(body);
  return checkObject(shape, body === undefined ? {} : body, 'request body');
}

/** Refuses what would be unsafe to carry on, wherever it stands. Without recursion, since it is there to guard it. */
function assertPlainJson(body: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') assertWellFormed(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) throw invalid(`request body: must not be nested more than ${MAX_DEPTH} levels deep`);
    for (const key of Object.keys(value)) {
      if (key === '__proto__') throw invalid('request body: must not use the key "__proto__"');
      assertWellFormed(key);
      open.push({ value: (value as Record<string, unknown>)[key], depth: depth + 1 });
    }
  }
}

function assertWellFormed(text: string): void {
  if (LONE_SURROGATE.test(text)) throw invalid('request body: must not contain half of a surrogate pair');
}

/** The declared parameters of a query. A text that does not read as the declared type stays a text, and is refused as one. */
function fromQuery(shape: ObjectShape, query: URLSearchParams): Record<string, unknown> {
  const entries = Object.entries(shape.fields).map(([name, of]) => [name, parameter(of, name, query)]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function parameter(shape: Shape, name: string, query: URLSearchParams): unknown {
  if (shape.kind === 'nullable') return query.get(name) === '' ? null : parameter(shape.of, name, query);
  if (shape.kind === 'array') {
    const values = [...query.getAll(`${name}[]`), ...query.getAll(name)];
    return values.length === 0 ? undefined : values;
  }
  const text = query.get(name);
  if (text === null) return undefined;
  if (shape.kind === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (shape.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function fromHeaders(shape: ObjectShape, headers: Headers): Record<string, unknown> {
  const entries = Object.keys(shape.fields).map((name) => [name, headers.get(name) || undefined]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
