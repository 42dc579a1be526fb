/** Which operation a request is for. The table is generated from the SDK; this finds a path in it. */
import { ROUTES } from './generated/routes';
import type { OperationName } from './operations';
import type { Route } from './shape';

export interface RouteMatch {
  readonly operation: OperationName;
  /** The path's parameters by name, decoded, otherwise as they came. */
  readonly path: Readonly<Record<string, string>>;
}

/** The paths by their segments. A parameter's name belongs to the operation, not to the place: two may differ in it. */
interface Node {
  readonly literal: Map<string, Node>;
  parameter?: Node;
  readonly operations: Map<string, { readonly operation: OperationName; readonly names: readonly string[] }>;
}

const newNode = (): Node => ({ literal: new Map(), operations: new Map() });
const root = newNode();

for (const [operation, route] of Object.entries(ROUTES) as [OperationName, Route][]) {
  let node = root;
  const names: string[] = [];
  for (const segment of route.path.slice(1).split('/')) {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      const next = node.literal.get(segment) ?? newNode();
      node.literal.set(segment, next);
      node = next;
    } else {
      names.push(name);
      node.parameter ??= newNode();
      node = node.parameter;
    }
  }
  node.operations.set(route.method, { operation, names });
}

const LONGEST = Math.max(...Object.values(ROUTES).map((route) => route.path.split('/').length - 1));

/**
 * The operation that a method and a path name, or undefined: the API answers an unknown path and an unknown method alike
 * (reference 2). The query is no part of the path, so `?beta=true` of older clients makes no difference.
 */
export function matchRoute(method: string, pathname: string): RouteMatch | undefined {
  const segments = pathname.split('/', LONGEST + 2).slice(1);
  if (segments.length > LONGEST) return undefined;
  return descend(root, method, segments, 0, []);
}

/** A literal segment goes before a parameter (`work/poll` before `work/{work_id}`), unless the method is not served there. */
function descend(
  node: Node,
  method: string,
  segments: readonly string[],
  at: number,
  values: readonly string[],
): RouteMatch | undefined {
  const segment = segments[at];
  if (segment === undefined) {
    const found = node.operations.get(method);
    return (
      found && {
        operation: found.operation,
        path: Object.fromEntries(found.names.map((name, i) => [name, values[i] ?? ''])),
      }
    );
  }
  const literal = node.literal.get(segment);
  const match = literal && descend(literal, method, segments, at + 1, values);
  if (match || !node.parameter) return match;
  const value = decoded(segment);
  return value === undefined ? undefined : descend(node.parameter, method, segments, at + 1, [...values, value]);
}

/** No id is nearly as long. What is longer could not be looked up either: the keys of a database are bounded. */
const LONGEST_PARAMETER = 128;

/** A segment without its percent-encoding; undefined when it is empty, too long, or not encoded as UTF-8. */
function decoded(segment: string): string | undefined {
  if (segment.length > LONGEST_PARAMETER) return undefined;
  try {
    return decodeURIComponent(segment) || undefined;
  } catch {
    return undefined;
  }
}
