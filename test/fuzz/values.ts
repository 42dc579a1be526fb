/** Values for the contract's shapes: right ones, and right ones with something wrong in them. */
import { SHAPES } from '../../runtime/contract/generated/routes';
import type { ObjectShape, Shape } from '../../runtime/contract/shape';
import type { Chance } from './chance';

/** Ids that a request may name, by the field that names them. */
export interface KnownIds {
  /** An id that suits the field or the path parameter, or undefined when it names no object. */
  idFor(name: string, chance: Chance): string | undefined;
}

const MAX_DEPTH = 8;
const TEXTS = [
  'hello',
  'a',
  'claude-opus-5',
  'Grüße, 世界 🌍',
  'line\nbreak',
  '2026-01-01T00:00:00Z',
  'https://example.com/a',
];

/** What texts must be that have a form which their shape does not tell, by the names of their fields. */
const USUAL: readonly (readonly [RegExp, string])[] = [
  [/^model/, 'claude-opus-5'],
  [/_at\b|^created_at/, '2026-01-01T00:00:00Z'],
  [/url$/, 'https://example.com/a.png'],
  [/^media_type$/, 'image/png'],
  [/^data$/, 'aGVsbG8='],
  [/^amount$/, '100'],
  [/_domains$|_hosts$/, 'example.com'],
];

/** A value of the shape, as far as a shape can say: limits that it does not express may still refuse it. */
export function valueOf(shape: Shape, name: string, ids: KnownIds, chance: Chance, depth = 0): unknown {
  switch (shape.kind) {
    case 'string':
      return textFor(name, ids, chance);
    case 'integer':
      return chance.below(50) + 1;
    case 'boolean':
      return chance.happens(0.5);
    case 'any':
      return chance.pick<unknown>([{ type: 'object' }, 'text', 1, null]);
    case 'enum':
      return chance.pick(shape.values);
    case 'ref':
      return valueOf(SHAPES[shape.to] ?? { kind: 'any' }, name, ids, chance, depth);
    case 'nullable':
      return chance.happens(0.15) ? null : valueOf(shape.of, name, ids, chance, depth);
    case 'array':
      return Array.from({ length: depth > MAX_DEPTH ? 0 : 1 + chance.below(2) }, () =>
        valueOf(shape.of, name, ids, chance, depth + 1),
      );
    case 'map':
      return { [`key${chance.below(100)}`]: valueOf(shape.of, name, ids, chance, depth + 1) };
    case 'object':
      return objectOf(shape, ids, chance, depth);
    case 'union': {
      if (shape.text && chance.happens(0.5)) return valueOf(shape.text, name, ids, chance, depth);
      const [tag, member] = chance.pick(Object.entries(shape.members));
      const value = valueOf(member, name, ids, chance, depth + 1) as Record<string, unknown>;
      return shape.tag === '' ? value : { ...value, [shape.tag]: tag };
    }
  }
}

function objectOf(shape: ObjectShape, ids: KnownIds, chance: Chance, depth: number): Record<string, unknown> {
  const optional = depth > MAX_DEPTH ? 0 : 0.3;
  const fields = Object.entries(shape.fields).filter(
    ([key]) => shape.required.includes(key) || chance.happens(optional),
  );
  return Object.fromEntries(fields.map(([key, of]) => [key, valueOf(of, key, ids, chance, depth + 1)]));
}

function textFor(name: string, ids: KnownIds, chance: Chance): string {
  if (name === 'name') return `n${chance.below(1e9)}`;
  const [, usual] = USUAL.find(([names]) => names.test(name)) ?? [];
  if (usual !== undefined && chance.happens(0.9)) return usual;
  return ids.idFor(name, chance) ?? chance.pick(TEXTS);
}

const HUGE = 'x'.repeat(300_000);

/** What no field expects. */
export function absurdValue(chance: Chance): unknown {
  return chance.pick<() => unknown>([
    () => null,
    () => '',
    () => HUGE,
    () => '\u0000',
    () => '\ud800',
    () => '\r\nx-injected: 1',
    () => "'; drop table events; --",
    () => '{{7*7}}${7*7}',
    () => '../../../../etc/passwd',
    () => 1e308,
    () => -1,
    () => 0.1,
    () => Number.MAX_SAFE_INTEGER + 1,
    () => true,
    () => [],
    () => [[[[]]]],
    () => Array.from({ length: 5_000 }, () => 'x'),
    () => ({}),
    () => JSON.parse('{"__proto__": {"admin": true}}') as unknown,
    () => ({ constructor: { prototype: { admin: true } } }),
    () => ({ toString: 1, valueOf: 2, hasOwnProperty: 3 }),
    () => ({ type: '__proto__' }),
    () => ({ type: 'constructor' }),
    () => Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, n])),
    () => nested(chance.pick([50, 99, 101, 3_000])),
  ])();
}

function nested(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** The value with one thing wrong somewhere in it. */
export function spoiled(value: unknown, chance: Chance): unknown {
  if (typeof value !== 'object' || value === null || chance.happens(0.15)) return absurdValue(chance);
  if (Array.isArray(value)) {
    if (value.length === 0 || chance.happens(0.1)) return absurdValue(chance);
    const at = chance.below(value.length);
    return value.map((entry: unknown, n) => (n === at ? spoiled(entry, chance) : entry));
  }
  const entries = Object.entries(value);
  const [key] = entries.length === 0 ? [] : chance.pick(entries);
  if (key === undefined || chance.happens(0.1)) {
    return {
      ...value,
      [chance.pick(['unknown', 'toString', 'constructor', '', 'id', 'x'.repeat(5_000)])]: absurdValue(chance),
    };
  }
  if (chance.happens(0.15)) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, of]) => [name, name === key ? spoiled(of, chance) : of]));
}

/** Bodies that are wrong as texts, before they are values. */
export function absurdBody(valid: string, chance: Chance): Buffer {
  return chance.pick<() => Buffer>([
    () => Buffer.from(valid.slice(0, chance.below(valid.length + 1))),
    () => Buffer.concat([Buffer.from(valid.slice(0, -1)), Buffer.from([0xc3, 0x28, 0xff, 0xfe])]),
    () => Buffer.from([0xff, 0xfe, 0x00, 0xd8]),
    () => Buffer.from(`\ufeff${valid}`),
    () => Buffer.from(valid, 'utf16le'),
    () => Buffer.from('['.repeat(200_000)),
    () => Buffer.from(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    () => Buffer.from(`{"name":${'9'.repeat(50_000)}}`),
    () => Buffer.from('{"name":1e999999,"limit":-0}'),
    () => Buffer.from('{"name":"a","name":"b","__proto__":{"x":1}}'),
    () => Buffer.from('{"name":"\\ud800","events":"\\u0000"}'),
    () => Buffer.from(chance.pick(['null', '[]', '"text"', '12', 'true', ' ', 'NaN', '{]', '<xml/>', 'a=b&c=d'])),
    () => Buffer.alloc(1_000),
    () => Buffer.alloc(2_000_000, ' '),
  ])();
}
