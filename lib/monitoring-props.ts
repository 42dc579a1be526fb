import type { Duration } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { HarnessFunction } from './harness-function';
import type { ISandboxFleet } from './sandbox-fleet';
import type { SessionApi } from './session-api';
import type { ISessionBell } from './session-bell';
import type { Sweeper } from './sweeper';

export interface MonitoringProps {
  readonly api: SessionApi;
  readonly harness: HarnessFunction;
  readonly sweeper: Sweeper;

  /**
   * The sandboxes to watch.
   *
   * @default - none
   */
  readonly sandboxes?: ISandboxFleet;

  /**
   * The bell that the harness rings, to watch whether it is heard.
   *
   * @default - none
   */
  readonly bell?: ISessionBell;

  /**
   * Who is told when an alarm goes off.
   *
   * @default - nobody: the alarms can be seen on the dashboard
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Whether there are alarms. Each costs ten cents a month.
   *
   * @default true
   */
  readonly alarms?: boolean;

  /**
   * How late the oldest due item may be. A sweep finds it within a minute; more means that sweeps fail or cannot keep up.
   *
   * @default Duration.minutes(5)
   */
  readonly longestDelay?: Duration;

  /**
   * Dollars that the model may cost in any 24 hours, at the prices of the table. Models without a price are not counted.
   *
   * @default - no such alarm
   */
  readonly dailySpend?: number;
}
