/** How a tool host is started: a program with its arguments, and whom it runs as. */
export interface HostCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Set where the tool host's user differs from the supervisor's. */
  readonly uid?: number;
  readonly gid?: number;
  /** Whether all that the user `uid` runs belongs to this tool host and dies with it. */
  readonly ownsUser?: boolean;
}

/**
 * What a supervisor is told, as one line of JSON on its standard input. The secret comes this way alone: arguments and
 * environments can be read by other processes. The input stays open for as long as the launcher lives.
 */
export interface SupervisorConfig {
  /** Where the API is. */
  readonly baseUrl: string;
  readonly environmentId: string;
  readonly workId: string;
  readonly sessionId: string;
  /** The work item's secret in the wire's form (reference 10). */
  readonly workSecret: string;
  /** Where it can connect to be told of the session's events. @default nowhere: a stream is held open */
  readonly bell?: string;
  /** A directory of the supervisor's own, which no tool reaches. */
  readonly privateDir: string;
  /** The supervisor ends when the session has been idle for so long. */
  readonly maxIdleMs: number;
  readonly toolHost: HostCommand;
}
