import { randomBytes } from 'node:crypto';

/** The kinds of object this service names, by the prefix of their ids (reference 1.5). */
export const ID_PREFIXES = {
  agent: 'agent',
  session: 'sesn',
  event: 'sevt',
  environment: 'env',
  thread: 'sthr',
  work: 'work',
  outcome: 'outc',
  workspace: 'wrkspc',
  request: 'req',
  apiKey: 'apikey',
  environmentKey: 'envkey',
  deployment: 'depl',
  memoryStore: 'memstore',
  vault: 'vlt',
  credential: 'vcrd',
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BODY = /^01[1-9A-HJ-NP-Za-km-z]{22}$/;
const TIME_DIGITS = 9;
const RANDOM_DIGITS = 13;

/** Makes ids. Ids of one kind made later sort later, so that a key range in id order is a list by creation. */
export interface IdSource {
  make(kind: IdKind): string;
}

let lastMicros = 0;
/** Ids from the system's clock (microseconds, 9 base-58 digits) and its randomness (13 digits, about 76 bits). */
export const systemIds: IdSource = {
  make(kind) {
    lastMicros = Math.max(lastMicros + 1, Date.now() * 1000);
    return makeId(kind, lastMicros, randomBytes(RANDOM_DIGITS));
  },
};

/** The id of `kind` for an instant (microseconds) and 13 bytes of randomness. Body: `01`, 9 digits of time, 13 of chance. */
export function makeId(kind: IdKind, micros: number, random: Uint8Array): string {
  let time = '';
  for (let rest = micros, i = 0; i < TIME_DIGITS; i += 1, rest = Math.floor(rest / 58)) {
    time = ALPHABET[rest % 58] + time;
  }
  let chance = '';
  for (let i = 0; i < RANDOM_DIGITS; i += 1) chance += ALPHABET[(random[i] ?? 0) % 58];
  return `${ID_PREFIXES[kind]}_01${time}${chance}`;
}

/** Whether the text has the form of an id of this kind. A malformed id on a path reads as absent (404), in a filter as 400. */
export function isId(kind: IdKind, text: string): boolean {
  const prefix = `${ID_PREFIXES[kind]}_`;
  return text.startsWith(prefix) && BODY.test(text.slice(prefix.length));
}

/** When an id was made, in microseconds, by the clock of whoever made it; undefined for what is no id. */
export function madeAt(id: string): number | undefined {
  const body = id.slice(id.indexOf('_') + 1);
  if (!BODY.test(body)) return undefined;
  let time = 0;
  for (const digit of body.slice(2, 2 + TIME_DIGITS)) time = time * 58 + ALPHABET.indexOf(digit);
  return time;
}

/** The primary thread shares the body of its session's id, so that neither has to be looked up for the other. */
export function primaryThreadOf(sessionId: string): string {
  return `${ID_PREFIXES.thread}_${sessionId.slice(ID_PREFIXES.session.length + 1)}`;
}
