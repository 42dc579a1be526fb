import type { Clock, Micros } from '../contract/time';
import { toTimestamp } from '../contract/time';
import { redact } from './redaction';

/** From what tells everything to what tells of failures alone. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a line tells beside its message. Ids and numbers: never what a user, a model or a tool said. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Something worth knowing. */
export interface LogEntry {
  readonly level: LogLevel;
  /** One sentence without values, so that lines of one kind can be found by it. */
  readonly message: string;
  readonly fields?: LogFields;
  /** What went wrong, in which case its name, message and stack are told. */
  readonly error?: unknown;
}

/** Takes note of what is worth knowing, one line for each entry. */
export interface Log {
  /** @param extra parts of the line that are data of their own; a line with some is written at every level. */
  (entry: LogEntry, extra?: Readonly<Record<string, unknown>>): void;
}

/** How a line looks: an object of JSON, or for a person at a terminal. */
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogOptions {
  readonly clock: Clock;
  /** What is less than this is left out. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes a line, without its end. */
  readonly write: (line: string) => void;
}

/** A log. Every text in it passes the redaction, wherever it came from. */
export function createLog({ clock, level, format, write }: LogOptions): Log {
  const lowest = LOG_LEVELS.indexOf(level);
  const form = format === 'json' ? toJson : toPretty;
  return (entry, extra) => {
    if (!extra && LOG_LEVELS.indexOf(entry.level) < lowest) return;
    write(form(entry, clock.now(), extra));
  };
}

/** The level of that name, whatever its case. */
export function logLevelOf(name: string): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === name.toLowerCase());
}

/** `time`, since Lambda takes a line with `timestamp` for its own, and may drop it by its level with the metrics in it. */
function toJson({ level, message, fields, error }: LogEntry, at: Micros, extra?: Readonly<Record<string, unknown>>) {
  const line = {
    time: toTimestamp(at),
    level,
    message,
    ...fields,
    ...(error === undefined ? {} : told(error)),
    ...extra,
  };
  return JSON.stringify(line, (_key, value: unknown) => (typeof value === 'string' ? safe(value) : value));
}

function toPretty({ level, message, fields = {}, error }: LogEntry, at: Micros): string {
  const named = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${typeof value === 'string' ? bare(value) : String(value)}`],
  );
  const { error_message } = error === undefined ? {} : told(error);
  const time = new Date(at / 1_000).toTimeString().slice(0, 8);
  const line = [time, level, error_message === undefined ? message : `${message}: ${error_message}`, ...named].join(
    ' ',
  );
  // One line it stays, and the cursor of a terminal where it is.
  return safe(line).replaceAll(/\p{Cc}+/gu, ' ');
}

/** No text is longer than this in a line: foreign errors can hold whole documents. */
const LONGEST = 4_000;

const safe = (text: string): string => redact(text.slice(0, LONGEST));

/** A text that cannot be taken for two. */
const bare = (text: string): string => (/^[\w./:@*-]+$/.test(text) ? text : JSON.stringify(text));

/** How deep the causes of an error are followed. */
const DEEPEST_CAUSE = 3;

function told(error: unknown): { error: string; error_message: string; stack?: string; cause?: string } {
  if (!(error instanceof Error)) return { error: typeof error, error_message: String(error) };
  const causes: string[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < DEEPEST_CAUSE; cause = cause.cause) {
    causes.push(`${cause.name}: ${cause.message}`);
  }
  const { name, message, stack } = error;
  return { error: name, error_message: message, stack, ...(causes.length > 0 ? { cause: causes.join(' <- ') } : {}) };
}
