/**
 * The kinds of rule that the table of limits is made of. A rule looks at a value that already has the right type, and says
 * what is wrong with it, or nothing. It never repeats the value.
 */
import { isId, ID_PREFIXES, type IdKind } from './ids';
import { fromTimestamp } from './time';

/** What is wrong with a value: a text that follows the value's path, or a whole message, where the API's own is on record. */
export type Complaint = string | { readonly message: string };
export type Rule = (value: unknown) => Complaint | undefined;

/** What the API says of a text that is empty, or a field that is missing (reference 1.2, 6.2). */
export const REQUIRED = 'value is required';

/** A text of `min` to `max` Unicode code points. */
export function text(min: number, max: number): Rule {
  return (value) => {
    if (typeof value !== 'string') return undefined;
    if (value === '' && min > 0) return REQUIRED;
    if (longerThan(value, max)) return `must be at most ${max} characters`;
    return undefined;
  };
}

/** A text of one form; `form` completes the sentence "must be ...". */
export function pattern(regex: RegExp, form: string, max = Number.POSITIVE_INFINITY): Rule {
  const length = text(1, max);
  return (value) => length(value) ?? (regex.test(String(value)) ? undefined : `must be ${form}`);
}

/** A list of `min` to `max` entries. */
export function count(min: number, max: number, whenEmpty: Complaint = REQUIRED): Rule {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    if (value.length === 0 && min > 0) return whenEmpty;
    return value.length > max ? `must have at most ${max} entries` : undefined;
  };
}

/** A whole number of a range, bounds included. */
export function range(min: number, max = Number.MAX_SAFE_INTEGER): Rule {
  const says = max === Number.MAX_SAFE_INTEGER ? `must be at least ${min}` : `must be between ${min} and ${max}`;
  return (value) => (typeof value === 'number' && (value < min || value > max) ? says : undefined);
}

/** An id of one kind, where a malformed one is refused rather than read as absent (reference 1.5). */
export function id(kind: IdKind): Rule {
  return (value) => (isId(kind, String(value)) ? undefined : `must be an id of the form ${ID_PREFIXES[kind]}_...`);
}

/** An RFC 3339 timestamp (reference 1.4). */
export const timestamp: Rule = (value) =>
  fromTimestamp(String(value)) === undefined ? 'must be an RFC 3339 timestamp' : undefined;

/** An absolute `http` or `https` URL of at most 2048 characters. */
export const webUrl: Rule = (value) =>
  text(1, 2048)(value) ?? (isWebUrl(String(value)) ? undefined : 'must be an http or https URL');

/** Pairs of texts. `pairs` is undefined for a patch, whose size says nothing about what is left after the merge. */
export function pairs(max: { pairs?: number; key: number; value: number }): Rule {
  return (value) => {
    const entries = Object.entries(value as Record<string, string | null>);
    if (max.pairs !== undefined && entries.length > max.pairs) return `may hold at most ${max.pairs} pairs`;
    if (entries.some(([key]) => key === '' || longerThan(key, max.key)))
      return `keys must be 1 to ${max.key} characters`;
    if (entries.some(([, v]) => v !== null && longerThan(v, max.value)))
      return `values must be at most ${max.value} characters`;
    return undefined;
  };
}

/**
 * Base64, padded or not. The length is counted rather than matched in groups of four: over a file of many megabytes that
 * would exhaust the stack of the regular expression.
 */
export const base64: Rule = (value) => {
  const [digits] = /^[A-Za-z0-9+/]*/.exec(String(value)) ?? [''];
  const padding = String(value).slice(digits.length);
  const isWhole =
    padding === '' ? digits.length % 4 !== 1 : /^={1,2}$/.test(padding) && (digits.length + padding.length) % 4 === 0;
  return digits === '' ? REQUIRED : isWhole ? undefined : 'must be base64';
};

/** Whether a text has more than `max` code points. A code point is one or two of the units that `length` counts. */
function longerThan(value: string, max: number): boolean {
  if (value.length <= max) return false;
  if (value.length > 2 * max) return true;
  let points = 0;
  for (const _ of value) points += 1;
  return points > max;
}

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || protocol === 'http:';
}
