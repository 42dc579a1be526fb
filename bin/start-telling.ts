import type { TellingOptions } from '../runtime/local/telling';
import { LOG_FORMATS, LOG_LEVELS, logLevelOf, type LogFormat, type LogLevel } from '../runtime/telemetry/log';
import { UsageError } from './usage';

/** The options of `start` that say how it tells what it does. */
export const TELLING_OPTIONS = {
  'log-level': { type: 'string', default: 'warn' },
  'log-format': { type: 'string', default: 'pretty' },
  'trace-endpoint': { type: 'string' },
  'trace-content': { type: 'boolean', default: false },
} as const;

interface TellingValues {
  readonly 'log-level': string;
  readonly 'log-format': string;
  readonly 'trace-endpoint'?: string;
  readonly 'trace-content': boolean;
}

/**
 * How the server tells what it does, by the options and the environment.
 *
 * @throws UsageError for what means nothing.
 */
export function chooseTelling(
  values: TellingValues,
  environment: NodeJS.ProcessEnv = process.env,
): Omit<TellingOptions, 'log'> {
  const logging = { logLevel: levelOf(values['log-level']), logFormat: formatOf(values['log-format']) };
  const { 'trace-endpoint': endpoint, 'trace-content': content } = values;
  if (endpoint === undefined) {
    if (content) throw new UsageError('--trace-content: traces go nowhere without --trace-endpoint.');
    return logging;
  }
  if (!URL.canParse(endpoint)) throw new UsageError(`--trace-endpoint ${endpoint}: give a whole URL.`);
  return { ...logging, traces: { endpoint, content, headers: headersOf(environment.OTEL_EXPORTER_OTLP_HEADERS) } };
}

function levelOf(text: string): LogLevel {
  const level = logLevelOf(text);
  if (level) return level;
  throw new UsageError(`--log-level ${text}: the levels are ${LOG_LEVELS.join(', ')}.`);
}

function formatOf(text: string): LogFormat {
  const format = LOG_FORMATS.find((known) => known === text);
  if (format) return format;
  throw new UsageError(`--log-format ${text}: the formats are ${LOG_FORMATS.join(', ')}.`);
}

/** The form that OpenTelemetry has for this variable: `name=value`, separated by commas, values encoded as in URLs. */
function headersOf(text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
