/**
 * Instants. The log counts in microseconds since the Unix epoch (an integer below 2^53), because events of one commit are
 * ordered by `processed_at` and a millisecond is too coarse for that. The wire writes them as RFC 3339 UTC with up to six
 * fractional digits, trailing zeros trimmed (reference 1.4).
 */
export type Micros = number;

/** Where the time comes from. Production reads the system's clock; a simulation brings its own. */
export interface Clock {
  now(): Micros;
}

let last = 0;
/** The system's clock, in microseconds, strictly increasing within a process. */
export const systemClock: Clock = {
  now() {
    last = Math.max(last + 1, Date.now() * 1000);
    return last;
  },
};

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_SECOND = 1_000_000;

/** `1790000000123456` becomes `2026-09-21T14:13:20.123456Z`; zeros at the end of the fraction are trimmed. */
export function toTimestamp(at: Micros): string {
  const seconds = Math.floor(at / MICROS_PER_SECOND);
  const fraction = String(at - seconds * MICROS_PER_SECOND)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** The instant that an RFC 3339 text names, or undefined when it is none. Digits past the microsecond are cut. */
export function fromTimestamp(text: string): Micros | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(ms) || !isCalendarDay(date) || time.startsWith('24')) return undefined;
  return ms * 1000 + Number(fraction.slice(1, 7).padEnd(6, '0'));
}

/** Whether the month has that day: `Date` would carry what is too much into the next month. */
const isCalendarDay = (date: string): boolean => new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
