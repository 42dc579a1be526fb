import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * A text that nobody may see by accident. Whatever turns it into text (a template, JSON, an error's message, `console.log`, a
 * debugger's inspection of what it stands in) gets a placeholder; only `reveal` gives the value, so that the places where a
 * secret leaves the service can be found by searching for that word.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where the value goes over the boundary, and let the result live no longer than that takes. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Shorter values would be found in every text; no real credential is so short. */
const SHORTEST = 6;

/**
 * The text with every secret taken out of it: as it is, as JSON and URLs write it, and as base64, in which any of three
 * alignments may stand. For texts that a server to which a secret was sent has written.
 */
export function scrub(text: string, secrets: readonly Secret[]): string {
  return [...new Set(secrets.flatMap(writtenForms))]
    .toSorted((a, b) => b.length - a.length)
    .reduce((scrubbed, form) => scrubbed.replaceAll(form, REDACTED), text);
}

/** The ways in which a value may stand in a text that shows it; none for one that is too short to be looked for. */
export function writtenForms(secret: Secret): string[] {
  const value = secret.reveal();
  if (value.length < SHORTEST) return [];
  const aligned = [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    // Of the digits, those that depend on the secret alone: its neighbours share the first and the last ones.
    const digits = [...(['base64', 'base64url'] as const)].map((form) => bytes.toString(form).replace(/=+$/, ''));
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    return digits.map((text) => text.slice(from, to));
  });
  const json = JSON.stringify(value).slice(1, -1);
  return [value, json, encodeURIComponent(value), Buffer.from(value).toString('hex'), ...aligned];
}
