/** Draws requests from the contract: right ones, nearly right ones, and absurd ones. */
import { ROUTES } from '../../runtime/contract/generated/routes';
import type { OperationName } from '../../runtime/contract/operations';
import type { ObjectShape, Route } from '../../runtime/contract/shape';
import type { Chance } from './chance';
import { absurdBody, spoiled, valueOf } from './values';
import type { RawRequest } from './wire';
import type { Credential, World } from './world';

export interface Drawn extends RawRequest {
  readonly operation: OperationName;
  readonly credential: Credential;
  readonly method: string;
  /** The request cannot be read as HTTP, so it may be refused before anything looks at it. */
  readonly isBroken: boolean;
}

const OPERATIONS = Object.entries(ROUTES) as [OperationName, Route][];
const ENDING = /\.(?:delete|archive|stop)$/;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const RIGHT = 0.5;

/** The next request. */
export function draw(world: World, chance: Chance): Drawn {
  const served = OPERATIONS.filter(([name]) => !world.unserved.has(name));
  const candidates = chance.happens(0.95) ? served : OPERATIONS;
  let [operation, route] = chance.pick(candidates);
  // Else little would be left to try the rest on.
  if (ENDING.test(operation) && chance.happens(0.8)) [operation, route] = chance.pick(candidates);
  const credential = chance.happens(0.5) ? world.ours : chance.pick(world.credentials);
  const wrong = chance.happens(RIGHT)
    ? 'nothing'
    : chance.pick(['path', 'query', 'body', 'headers', 'method', 'http'] as const);
  const method = wrong === 'method' ? absurdMethod(chance) : route.method;
  const path = wrong === 'path' ? absurdPath(route, world, chance) : pathOf(route, world, chance);
  const query = wrong === 'query' ? absurdQuery(route, world, chance) : queryOf(route.query, world, chance);
  const body = bodyOf(route, world, chance, wrong === 'body');
  const lines = [
    `${method} ${path}${query} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    ...(route.method === 'GET' ? [] : ['content-type: application/json', `content-length: ${body.length}`]),
    ...credentialLines(credential, chance),
    ...(route.headers ? headerLines(route.headers, world, chance) : []),
    ...(wrong === 'headers' ? [absurdHeader(chance)] : []),
  ];
  const sent = route.method === 'GET' ? Buffer.alloc(0) : body;
  const stall = chance.happens(0.01) ? { stallMs: 1_500 } : {};
  const base = { operation, credential, method, hangUp: route.answer === 'stream', ...stall };
  if (wrong === 'http') return { ...base, ...brokenHttp(lines, sent, chance), isBroken: true };
  const isBroken = wrong === 'headers' || wrong === 'path' || wrong === 'query' || wrong === 'method';
  return { ...base, head: headOf(lines), body: sent, isBroken };
}

/** Bytes, so that what is no text can be sent too. */
const headOf = (lines: readonly string[], end = '\r\n'): Buffer =>
  Buffer.from(lines.map((line) => `${line}${end}`).join(''), 'latin1');

const pathOf = (route: Route, world: World, chance: Chance): string =>
  route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'model_id' ? 'claude-opus-5' : (world.idFor(name, chance) ?? 'unknown_011111111111111111111111'),
  );

function absurdPath(route: Route, world: World, chance: Chance): string {
  const path = pathOf(route, world, chance);
  const id = chance.pick(ABSURD_IDS);
  return chance.pick([
    route.path.replace(/\{\w+\}/g, id),
    path.replaceAll('/', '//'),
    path.replaceAll('/', '%2f'),
    path.replaceAll('/', '%2F..%2F'),
    path.replace('/v1/', '/v1/../v1/'),
    path.replace('/v1/', '/v1/%2e%2e/v1/'),
    path.replace('/v1', '/V1'),
    path.replaceAll('/', '\\'),
    `${path}/`,
    `${path}/..`,
    `${path}/../../../../etc/passwd`,
    `${path}%00`,
    `${path};a=b`,
    `${path}#fragment`,
    `http://elsewhere.example${path}`,
    `//elsewhere.example${path}`,
    path.slice(1) || '*',
    '*',
    `/${'a/'.repeat(5_000)}`,
    `${path}\u00ff\u00fe`,
  ]);
}

const ABSURD_IDS = [
  '..',
  '.',
  '%2e%2e',
  '%00',
  '%',
  '%zz',
  '%c3%28',
  '%0d%0ax-injected:%201',
  '__proto__',
  'constructor',
  'null',
  '%20',
  '%F0%9F%98%80',
  'sesn_01',
  'sesn_%2e%2e%2fenv',
  'a'.repeat(8_000),
];

function queryOf(shape: ObjectShape | undefined, world: World, chance: Chance): string {
  if (!shape) return chance.happens(0.1) ? '?beta=true' : '';
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(valueOf(shape, shape.name, world, chance) as Record<string, unknown>)) {
    if (Array.isArray(value)) for (const entry of value) parameters.append(`${name}[]`, String(entry));
    else if (value !== null && name !== 'page') parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function absurdQuery(route: Route, world: World, chance: Chance): string {
  const name = chance.pick([
    'limit',
    'page',
    'order',
    'from',
    'types[]',
    '__proto__',
    ...Object.keys(route.query?.fields ?? {}),
  ]);
  const value = chance.pick([
    '',
    '-1',
    '0',
    '1e9',
    '99999999999999999999',
    'NaN',
    '%00',
    '%zz',
    '%c3%28',
    '%0d%0ax:1',
    '..%2f..',
    'eyJhIjoxfQ',
    'AAAA',
    'x'.repeat(8_000),
    world.idFor('session_id', chance) ?? '',
    '2026-13-45T99:99:99Z',
    '🌍',
  ]);
  const whole = queryOf(route.query, world, chance);
  return chance.pick([
    `?${name}=${value}`,
    `?${name}=1&${name}=${value}`,
    `${whole || '?'}&${name}[${value}]=1`,
    '?',
    '?&&&===',
    `?${'a=1&'.repeat(2_000)}`,
  ]);
}

function bodyOf(route: Route, world: World, chance: Chance, wrong: boolean): Buffer {
  if (route.body === undefined || route.body === 'multipart') return wrong ? absurdBody('{}', chance) : Buffer.alloc(0);
  const value = valueOf(route.body, route.body.name, world, chance);
  if (!wrong) return Buffer.from(JSON.stringify(value));
  if (chance.happens(0.003)) return Buffer.alloc(MAX_BODY_BYTES + 1, ' ');
  if (chance.happens(0.3)) return absurdBody(JSON.stringify(value), chance);
  return Buffer.from(JSON.stringify(spoiled(value, chance)) ?? '');
}

function credentialLines({ secret }: Credential, chance: Chance): string[] {
  if (secret !== undefined) return [chance.happens(0.5) ? `x-api-key: ${secret}` : `authorization: Bearer ${secret}`];
  return chance.pick<string[]>([
    [],
    ['x-api-key:'],
    ['authorization: Bearer'],
    ['authorization: Bearer  '],
    ['authorization: Basic dXNlcjpwYXNz'],
    [`x-api-key: sk-ant-${'a'.repeat(6_000)}`],
    ['x-api-key: \u00ff\u00fe'],
    ['authorization: Bearer undefined', 'x-api-key: null'],
    [`x-api-key: ${'sk-ant-api03-'.padEnd(80, '_')}`],
  ]);
}

const headerLines = (shape: ObjectShape, world: World, chance: Chance): string[] =>
  Object.entries(valueOf(shape, shape.name, world, chance) as Record<string, unknown>).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${Buffer.from(String(value).replace(/[\r\n]/g, ' '), 'utf8').toString('latin1')}`],
  );

function absurdHeader(chance: Chance): string {
  return chance.pick([
    'anthropic-version: 1999-01-01',
    'anthropic-version:',
    `anthropic-beta: ${'a,'.repeat(3_000)}`,
    'anthropic-workspace-id: wrkspc_011111111111111111111111',
    'anthropic-workspace-id: theirs',
    'last-event-id: \u0001',
    'last-event-id: sevt_011111111111111111111111',
    'content-type: text/plain',
    'content-type: multipart/form-data',
    'content-encoding: gzip',
    'accept: \u00ff',
    'expect: 100-continue',
    'expect: the unexpected',
    'upgrade: websocket',
    'x-http-method-override: DELETE',
    'x-forwarded-for: 127.0.0.1',
    '__proto__: polluted',
    'cookie: session=1',
    `x-long: ${'a'.repeat(20_000)}`,
  ]);
}

const absurdMethod = (chance: Chance): string =>
  chance.pick([
    'PUT',
    'PATCH',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'get',
    'NONSENSE',
    'QUERY',
    'DELETE',
    'POST',
  ]);

/** Requests that break the rules of HTTP itself. */
function brokenHttp(lines: readonly string[], body: Buffer, chance: Chance): Pick<RawRequest, 'head' | 'body'> {
  const [first = '', ...rest] = lines;
  const without = (name: string): string[] => rest.filter((line) => !line.startsWith(name));
  return chance.pick<() => Pick<RawRequest, 'head' | 'body'>>([
    () => ({ head: headOf([first, ...rest, 'x-a: 1\r\n x-folded: 2']), body }),
    () => ({ head: headOf([first, ...rest, 'x-a: 1\rx-injected: 1']), body }),
    () => ({ head: headOf([first, ...rest, 'x-a: 1\nx-injected: 1']), body }),
    () => ({ head: headOf([first, ...rest, 'x-nul: a\u0000b']), body }),
    () => ({ head: headOf([first, ...rest, 'no colon here']), body }),
    () => ({ head: headOf([first, ...rest, ': no name']), body }),
    () => ({ head: headOf([first, ...without('host')]), body }),
    () => ({ head: headOf([first, ...rest, 'host: other']), body }),
    () => ({ head: headOf([first, ...without('content-length'), 'content-length: -1']), body }),
    () => ({ head: headOf([first, ...rest, 'content-length: 5', 'content-length: 6']), body }),
    () => ({ head: headOf([first, ...rest, 'transfer-encoding: chunked']), body }),
    () => ({
      head: headOf([first, ...without('content-length'), 'transfer-encoding: chunked']),
      body: Buffer.from('zz\r\nnot a chunk\r\n'),
    }),
    () => ({ head: headOf([first.replace('HTTP/1.1', 'HTTP/9.9'), ...rest]), body }),
    () => ({ head: headOf([first.replace('HTTP/1.1', ''), ...rest]), body }),
    () => ({ head: headOf([first.replace(' ', '  '), ...rest]), body }),
    () => ({ head: headOf([`${first} extra`, ...rest]), body }),
    () => ({ head: headOf([first, ...Array.from({ length: 3_000 }, (_, n) => `x-${n}: 1`)]), body }),
    () => ({ head: headOf(lines, '\n'), body }),
    () => ({ head: Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]), body: Buffer.alloc(600, 0xfe) }),
  ])();
}
