/** What the launcher, the task definition and the program in the container agree on. */

/** The name of a task's one container. */
export const SANDBOX_CONTAINER = 'worker';

/** The variable with which a task is told its work: a `SandboxOrder` as JSON. */
export const ORDER_VARIABLE = 'SANDBOX_ORDER';

/** What a sandbox is for. `workSecret` is good for one session, as long as the work item's lease. */
export interface SandboxOrder {
  readonly baseUrl: string;
  readonly environmentId: string;
  readonly workId: string;
  readonly sessionId: string;
  readonly workSecret: string;
  readonly maxIdleMs: number;
}
