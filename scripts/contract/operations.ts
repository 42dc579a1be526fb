/** Writes the `Operations` interface: what goes in and comes out of each operation, in the SDK's own types. */
import { EXTENSIONS } from './extensions';
import type { SdkOperation, TypeName } from './sdk';

const SDK = '@anthropic-ai/sdk';
/** Header parameters that the handler reads for every route alike; no operation sees them. */
export const TRANSPORT_PARAMS: readonly string[] = ['betas', 'workspace_id'];

export function writeOperations(operations: readonly SdkOperation[]): string {
  const modules = new Map<string, string>();
  const typeText = (type: TypeName): string => {
    if (type.module === undefined) return type.name;
    const alias = modules.get(type.module) ?? aliasOf(type.module);
    modules.set(type.module, alias);
    return `${alias}.${type.name}`;
  };
  const entries = operations.map((o) => entryOf(o, typeText)).join('\n');
  const imports = [...modules]
    .map(([module, alias]) => `import type * as ${alias} from '${SDK}/${module}';`)
    .toSorted()
    .join('\n');
  return `${imports}
import type { BidirectionalPageCursorResponse, PageCursorResponse, PageResponse } from '${SDK}/core/pagination';

/** Each operation by its name: the parts of its request, and the body of its answer. */
export interface Operations {
${entries}
}
`;
}

/** `resources/beta/sessions/threads/events` becomes `SessionsThreadsEvents`. */
function aliasOf(module: string): string {
  const words = module.replace('resources/beta/', '').split(/[/-]/);
  return words
    .filter((word, i) => word !== words[i - 1])
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
}

function entryOf(o: SdkOperation, typeText: (type: TypeName) => string): string {
  const params = o.params && typeText(o.params);
  const extension = EXTENSIONS[o.name] ?? {};
  const without = (names: readonly string[]): string =>
    names.length === 0 ? `${params}` : `Omit<${params}, ${names.map(quoted).join(' | ')}>`;
  const pick = (names: readonly string[]): string =>
    names.length === 0 ? '{}' : `Pick<${params}, ${names.map(quoted).join(' | ')}>`;
  const named = [...o.pathParams, ...o.queryParams, ...o.headerParams];
  const query = o.rest === 'query' ? without(named) : pick(o.queryParams);
  const headers = pick(o.headerParams.filter((h) => !TRANSPORT_PARAMS.includes(h)));
  const pathParams = [...o.path.matchAll(/\{(\w+)\}/g)].map((m) => `${m[1]}: string`);
  const result = o.pageForm ? `${o.pageForm}<${typeText(o.result)}>` : typeText(o.result);
  return `  /** ${o.method} ${o.path} */
  ${quoted(o.name)}: {
    path: ${pathParams.length === 0 ? '{}' : `{ ${pathParams.join('; ')} }`};
    query: ${extended(query, extension.query)};
    body: ${bodyOf(o, without(named))};
    headers: ${extended(headers, extension.headers)};
    result: ${result};
  };`;
}

function extended(type: string, extra: Readonly<Record<string, string>> | undefined): string {
  if (!extra) return type;
  const members = Object.entries(extra).map(
    ([name, value]) => `${/^\w+$/.test(name) ? name : quoted(name)}?: ${value}`,
  );
  const own = `{ ${members.join('; ')} }`;
  return type === '{}' ? own : `${type} & ${own}`;
}

const quoted = (text: string): string => `'${text}'`;

/** A form's parts are files; the operation reads them itself. */
function bodyOf(o: SdkOperation, json: string): string {
  if (o.bodyForm === 'multipart') return 'FormData';
  return o.bodyForm === 'json' ? json : 'undefined';
}
