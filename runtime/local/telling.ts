import { systemClock } from '../contract/time';
import type { Observe } from '../telemetry/facts';
import { createLog, type Log, type LogFormat, type LogLevel } from '../telemetry/log';
import { createObserver, heardBy } from '../telemetry/observer';
import { openTraces } from '../telemetry/trace-export';
import type { Closing } from './closing';
import type { ModelChoice } from './model-choice';

/** How a system on one machine tells what it does. */
export interface TellingOptions {
  /** Takes the lines of the log: what goes on behind the scenes, and what sandboxes say. Never a secret. */
  readonly log: (line: string) => void;
  /** What is less than this is left out of the log. @default 'warn' */
  readonly logLevel?: LogLevel;
  /** @default 'pretty' */
  readonly logFormat?: LogFormat;
  /** Where traces go, with the headers that are asked for there. @default nowhere */
  readonly traces?: {
    readonly endpoint: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Whether they hold what was said. */
    readonly content: boolean;
  };
}

const SERVICE = 'managed-agents';

/** The log, and who hears the facts: the log, and traces where some are wanted. */
export function openTelling(
  options: TellingOptions,
  model: ModelChoice['type'],
  closing: Closing,
): { readonly log: Log; readonly observe: Observe } {
  const { logLevel: level = 'warn', logFormat: format = 'pretty', traces: target } = options;
  const log = createLog({ clock: systemClock, level, format, write: options.log });
  const told = createObserver(log);
  const traces =
    target &&
    openTraces({
      ...target,
      headers: async () => target.headers,
      provider: model === 'bedrock' ? 'aws.bedrock' : 'anthropic',
      service: SERVICE,
      log,
    });
  if (traces) closing.add(() => traces.flush());
  const hear = heardBy(log, told, ...(traces ? [traces.observe] : []));
  // What is cut off at the end fails, as it must.
  return { log, observe: (fact) => void (closing.hasBegun || hear(fact)) };
}
