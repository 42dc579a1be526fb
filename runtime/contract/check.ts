/**
 * Checks a value against a shape and gives back what the shape declares of it. What is not declared is left out: a client
 * of a later SDK may send a field that this service does not know, and no part behind this one ever sees it. The value
 * itself is not changed.
 */
import { invalid } from './errors';
import { SHAPES } from './generated/routes';
import { LIMITS, NULL_MEANS, TOGETHER } from './limits';
import { REQUIRED, text, type Complaint, type Rule } from './rules';
import type { ObjectShape, Shape, UnionShape } from './shape';

/** Where a value stands: what a message about it begins with. */
interface Place {
  readonly parent?: Place;
  readonly step: string;
  /** The step names the member of a union that was chosen, not a field. */
  readonly member?: true;
}

/** The rule of a value, and the rule of each entry when it is a list. */
interface Rules {
  readonly own?: Rule | undefined;
  readonly each?: Rule | undefined;
}

const NOT_EMPTY = text(1, Number.POSITIVE_INFINITY);
const MAX_STEP = 64;

/**
 * The declared part of an object, with its limits checked.
 *
 * @param root what a message calls the object itself (`request body`); the paths of its fields start below it.
 * @throws ApiError 400 with the path of the first thing that is wrong.
 */
export function checkObject(shape: ObjectShape, value: unknown, root: string): Record<string, unknown> {
  if (!isObject(value)) throw invalid(`${root}: must be an object`);
  return fieldsOf(shape, value, undefined);
}

function fieldsOf(shape: ObjectShape, value: object, place: Place | undefined): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  const rules = LIMITS[shape.name];
  const result: Record<string, unknown> = shape.open ? { ...given } : {};
  for (const [field, of] of Object.entries(shape.fields)) {
    const required = shape.required.includes(field);
    const own = rules?.[field] ?? (required ? NOT_EMPTY : undefined);
    const checked = fieldOf(shape, of, Object.hasOwn(given, field) ? given[field] : undefined, required, {
      place: below(place, field),
      rules: { own, each: rules?.[`${field}[]`] },
      field,
    });
    if (checked === undefined) delete result[field];
    else result[field] = checked;
  }
  const complaint = TOGETHER[shape.name]?.(result);
  if (complaint !== undefined) throw refusal(place, complaint);
  return result;
}

function fieldOf(
  shape: ObjectShape,
  of: Shape,
  value: unknown,
  required: boolean,
  { place, rules, field }: { place: Place; rules: Rules; field: string },
): unknown {
  const absent = value === undefined || (value === null && of.kind !== 'nullable' && of.kind !== 'any');
  if (!absent) return valueOf(of, value, place, rules);
  if (required) throw refusal(place, REQUIRED);
  const meaning = value === null ? NULL_MEANS[shape.name]?.[field] : undefined;
  if (meaning === 'empty') return [];
  if (meaning) throw refusal(place, meaning.says, meaning.code);
  return undefined;
}

function valueOf(shape: Shape, value: unknown, place: Place, rules: Rules): unknown {
  switch (shape.kind) {
    case 'ref':
      return valueOf(shapeNamed(shape.to), value, place, rules);
    case 'nullable':
      return value === null ? null : valueOf(shape.of, value, place, rules);
    case 'any':
      return value;
    case 'string':
      return limited(expect(typeof value === 'string', value, place, 'must be a string'), place, rules.own);
    case 'integer':
      return limited(expect(Number.isSafeInteger(value), value, place, 'must be an integer'), place, rules.own);
    case 'boolean':
      return expect(typeof value === 'boolean', value, place, 'must be true or false');
    case 'enum':
      return expect(shape.values.includes(value as string), value, place, oneOf(shape.values));
    case 'array':
      expect(Array.isArray(value), value, place, 'must be a list');
      limited(value, place, rules.own);
      return (value as unknown[]).map((entry, i) =>
        valueOf(shape.of, entry, below(place, String(i)), { own: rules.each }),
      );
    case 'map':
      return limited(mapOf(shape.of, value, place), place, rules.own);
    case 'object':
      expect(isObject(value), value, place, 'must be an object');
      return fieldsOf(shape, value as object, place);
    case 'union':
      return memberOf(shape, value, place, rules);
  }
}

function mapOf(of: Shape, value: unknown, place: Place): Record<string, unknown> {
  expect(isObject(value), value, place, 'must be an object');
  const entries = Object.entries(value as object);
  return Object.fromEntries(entries.map(([key, entry]) => [key, valueOf(of, entry, below(place, key), {})]));
}

/** A union is checked by its tag, so that what is wrong is said of the member that was meant. */
function memberOf(shape: UnionShape, value: unknown, place: Place, rules: Rules): unknown {
  if (typeof value === 'string' && shape.text) return valueOf(shape.text, value, place, rules);
  expect(isObject(value), value, place, shape.text ? 'must be a string or an object' : 'must be an object');
  if (shape.tag === '') return valueOf(memberNamed(shape, ''), value, place, {});
  const tag = (value as Record<string, unknown>)[shape.tag];
  const at = below(place, shape.tag);
  if (tag === undefined || tag === null) throw refusal(at, REQUIRED);
  const known = typeof tag === 'string' && Object.hasOwn(shape.members, tag);
  if (!known) throw refusal(at, oneOf(Object.keys(shape.members)));
  const member: Place = { parent: place, step: tag.replaceAll('.', '_'), member: true };
  return valueOf(memberNamed(shape, tag), value, member, {});
}

function memberNamed(shape: UnionShape, tag: string): Shape {
  const member = shape.members[tag];
  if (!member) throw new Error(`A union without a member ${tag}`);
  return member;
}

function shapeNamed(name: string): Shape {
  const shape = SHAPES[name];
  if (!shape) throw new Error(`No shape ${name}: the generated files are not of one piece`);
  return shape;
}

function expect<T>(holds: boolean, value: T, place: Place, otherwise: string): T {
  if (!holds) throw refusal(place, value === null ? REQUIRED : otherwise);
  return value;
}

function limited<T>(value: T, place: Place, rule: Rule | undefined): T {
  const complaint = rule?.(value);
  if (complaint !== undefined) throw refusal(place, complaint);
  return value;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf = (values: readonly string[]): string => `must be one of ${values.map((v) => `"${v}"`).join(', ')}`;

function refusal(place: Place | undefined, complaint: Complaint, code?: string): Error {
  if (typeof complaint !== 'string') return invalid(complaint.message, code);
  return invalid(place === undefined ? complaint : `${pathOf(place)}: ${complaint}`, code);
}

/** The place of a field. A field that is called like the chosen member is not said twice: `content.0.text` (reference 6.2). */
const below = (parent: Place | undefined, step: string): Place =>
  parent?.member && parent.step === step && parent.parent
    ? { parent: parent.parent, step }
    : { ...(parent ? { parent } : {}), step };

function pathOf(place: Place): string {
  const step = place.step.length > MAX_STEP ? `${place.step.slice(0, MAX_STEP)}...` : place.step;
  return place.parent ? `${pathOf(place.parent)}.${step}` : step;
}
