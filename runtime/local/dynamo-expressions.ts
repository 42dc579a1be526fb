/**
 * What dynalite makes of an expression, remembered. It reads each one anew, letter by letter, which is two fifths of all that it does
 * for a request; and the store has a few dozen, which differ from request to request in their values alone.
 */
import conditionParser from 'dynalite/db/conditionParser';
import projectionParser from 'dynalite/db/projectionParser';
import updateParser from 'dynalite/db/updateParser';
import type { ParseContext, Parser, Parsed } from 'dynalite/db/conditionParser';

/** So many shapes at most: a program that makes up names without end must not fill the memory. */
const REMEMBERED = 1_000;
/** Whether it is a right expression depends on the value itself, and not only on its type. */
const ASKS_FOR_VALUES = /attribute_type/i;
const HAS_RANGE = /between/i;

/** An expression as it was read once: with the names of the values in place of them. */
interface Shape {
  readonly parsed: Parsed;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** Stands for the value of that name. */
class Placeholder {
  constructor(readonly name: string) {}
}

const parsers: readonly Parser[] = [conditionParser, projectionParser, updateParser];
let areQuick = false;

/** Exchanges the parsers of dynalite, for every database of this process. Each gives the same as before. */
export function quickenExpressions(): void {
  if (areQuick) return;
  areQuick = true;
  for (const parser of parsers) parser.parse = remembering(parser.parse);
}

/** The same parser, which reads each shape of an expression once. What it refuses it reads each time. */
export function remembering(parse: Parser['parse']): Parser['parse'] {
  const shapes = new Map<string, Shape>();
  return (text, { context }) => {
    if (ASKS_FOR_VALUES.test(text)) return parse(text, { context });
    const key = JSON.stringify([text, context.attrNames, typesOf(context)]);
    const known = shapes.get(key);
    if (known && (!HAS_RANGE.test(text) || areInOrder(known.parsed, context))) return filled(known, context);
    // What another expression of the request used already is used by this one, too, and has to be remembered with it.
    const [names, values] = [allUnused(context.attrNames), allUnused(context.attrVals)];
    const parsed = parse(text, { context: { ...context, unusedAttrNames: names, unusedAttrVals: values } });
    if (typeof parsed === 'string') return parsed;
    const shape = {
      parsed: emptied(parsed, context),
      names: usedOf(context.attrNames, names),
      values: usedOf(context.attrVals, values),
    };
    if (shapes.size >= REMEMBERED) shapes.clear();
    shapes.set(key, shape);
    return filled(shape, context);
  };
}

const allUnused = (given: object = {}): Record<string, true> =>
  Object.fromEntries(Object.keys(given).map((name) => [name, true]));

const usedOf = (given: object = {}, unused: object): string[] => Object.keys(given).filter((name) => !(name in unused));

const typesOf = ({ attrVals = {} }: ParseContext): Record<string, string[]> =>
  Object.fromEntries(Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)]));

function emptied(parsed: Parsed, { attrVals = {} }: ParseContext): Parsed {
  const nameOf = new Map<unknown, string>(Object.entries(attrVals).map(([name, value]) => [value, name]));
  return exchanged(parsed, (part) => {
    const name = nameOf.get(part);
    return name === undefined ? undefined : new Placeholder(name);
  });
}

function filled({ parsed, names, values }: Shape, context: ParseContext): Parsed {
  for (const name of names) delete context.unusedAttrNames[name];
  for (const name of values) delete context.unusedAttrVals[name];
  return exchanged(parsed, (part) => (part instanceof Placeholder ? context.attrVals?.[part.name] : undefined));
}

/** A copy, for dynalite changes what it is given; with other parts in the place of some. */
function exchanged(part: Parsed, other: (part: Parsed) => Parsed): Parsed {
  if (typeof part !== 'object' || part === null) return part;
  const instead = other(part);
  if (instead !== undefined) return instead;
  if (Array.isArray(part)) return part.map((one) => exchanged(one, other));
  const copy = Object.create(Object.getPrototypeOf(part)) as Record<string, Parsed>;
  for (const [key, value] of Object.entries(part)) copy[key] = exchanged(value, other);
  return copy;
}

/** A range whose bounds are the wrong way round is refused, and that is for the parser to say. */
function areInOrder(part: Parsed, context: ParseContext): boolean {
  if (typeof part !== 'object' || part === null) return true;
  const { type, args } = part as { readonly type?: unknown; readonly args?: readonly Parsed[] };
  if (type === 'between') {
    const [low, high] = (args ?? [])
      .slice(1)
      .map((bound) => bound instanceof Placeholder && context.attrVals?.[bound.name]);
    if (!low || !high || context.compare('GT', low, high)) return false;
  }
  return Object.values(part).every((one) => areInOrder(one, context));
}
