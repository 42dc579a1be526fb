/** What the functions tell: lines of JSON on standard output, which Lambda takes as they are, with metrics in them. */
import { systemClock } from '../contract/time';
import type { Observe } from '../telemetry/facts';
import { createLog, logLevelOf, type Log } from '../telemetry/log';
import { createObserver, heardBy } from '../telemetry/observer';
import { embedMetrics } from './embedded-metrics';
import { hasSetting, readSetting } from './settings';

/** The log of a function. */
export const log: Log = createLog({
  clock: systemClock,
  level: (hasSetting('logLevel') && logLevelOf(readSetting('logLevel'))) || 'info',
  format: 'json',
  // Not the console: Lambda would wrap the line, and CloudWatch would not find the metrics in it.
  write: (line) => void process.stdout.write(`${line}\n`),
});

/** Who hears the facts. */
export const observe: Observe = heardBy(
  log,
  createObserver(
    log,
    embedMetrics(() => readSetting('serviceName')),
  ),
);
