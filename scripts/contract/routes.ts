/** Writes the route table: how a request reaches each operation, and the shapes of what it brings. */
import type { ObjectShape, Route, Shape } from '../../runtime/contract/shape';
import { EXTENSIONS } from './extensions';
import { TRANSPORT_PARAMS } from './operations';
import type { ParamsSchema } from './schemas';
import type { SdkOperation } from './sdk';
import { ShapeTable } from './shapes';

export function writeRoutes(operations: readonly SdkOperation[], schemaOf: ParamsSchema): string {
  const table = new ShapeTable();
  const routes = Object.fromEntries(operations.map((o) => [o.name, routeOf(o, schemaOf, table)]));
  return `import type { Route, Shape } from '../shape';
import type { Operations } from './operations';

/** Shapes that several operations share, by the SDK's names. */
export const SHAPES: Readonly<Record<string, Shape>> = ${literal(used(table.definitions, routes))};

export const ROUTES: Readonly<Record<keyof Operations, Route>> = ${literal(routes)};
`;
}

function routeOf(o: SdkOperation, schemaOf: ParamsSchema, table: ShapeTable): Route {
  const extension = EXTENSIONS[o.name] ?? {};
  const route: Route = { method: o.method, path: o.path, answer: o.answer };
  const params = table.paramsOf(o.name, schemaOf(o));
  const named = new Set([...o.pathParams, ...o.queryParams, ...o.headerParams]);
  const rest = Object.keys(params.fields).filter((field) => !named.has(field));
  const query = part(params, o.rest === 'query' ? rest : o.queryParams, extension.query);
  const headers = part(
    params,
    o.headerParams.filter((h) => !TRANSPORT_PARAMS.includes(h)),
    extension.headers,
  );
  const body = o.bodyForm === 'multipart' ? ('multipart' as const) : part(params, rest, undefined);
  return {
    ...route,
    ...(query ? { query } : {}),
    ...(headers ? { headers } : {}),
    ...(o.rest === 'body' && body ? { body } : {}),
  };
}

/** The parameters of one kind, with those that the SDK does not name. Undefined when there are none. */
function part(
  params: ObjectShape,
  fields: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): ObjectShape | undefined {
  const own = Object.entries(params.fields).filter(([field]) => fields.includes(field));
  const added = Object.entries(extra).map(([field, type]): [string, Shape] => [field, scalar(type)]);
  if (own.length + added.length === 0) return undefined;
  return {
    ...params,
    fields: Object.fromEntries([...own, ...added]),
    required: params.required.filter((r) => fields.includes(r)),
  };
}

function scalar(type: string): Shape {
  if (type === 'string' || type === 'boolean') return { kind: type };
  throw new Error(`An extension of type ${type}`);
}

/** The definitions that the routes need, by name: what only a header of the SDK's refers to is not among them. */
function used(definitions: Readonly<Record<string, Shape>>, routes: unknown): Record<string, Shape> {
  const needed = new Map<string, Shape>();
  const collect = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"kind":"ref","to":"(\w+)"/g)) {
      const shape = name === undefined ? undefined : definitions[name];
      if (name === undefined || !shape || needed.has(name)) continue;
      needed.set(name, shape);
      collect(shape);
    }
  };
  collect(routes);
  return Object.fromEntries([...needed].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const literal = (value: unknown): string => JSON.stringify(value, null, 1);
