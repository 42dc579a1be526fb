import type { IdSource } from '../contract/ids';
import type { Clock } from '../contract/time';
import type { McpClient } from '../mcp/port';
import type { ModelProvider, ModelTraits } from '../model/port';
import type { WorkQueue } from '../resources/ports';
import type { ChangeHints, SessionStore, ThreadLog, Waker } from '../store/ports';
import type { Observe } from '../telemetry/facts';

/** Tells sandboxes of what concerns them. */
export interface Bell {
  /**
   * Sends a message over a connection, and gives up when the signal aborts.
   *
   * @returns false when the connection is gone.
   */
  ring(connection: string, message: string, signal: AbortSignal): Promise<boolean>;
}

/** Everything that a harness works with. It keeps nothing of its own between two wakes. */
export interface HarnessDeps {
  readonly log: ThreadLog;
  readonly sessions: Pick<SessionStore, 'get' | 'project'>;
  readonly model: ModelProvider;
  readonly traits: (modelId: string) => ModelTraits;
  readonly workQueue: Pick<WorkQueue, 'want'>;
  readonly mcp: McpClient;
  readonly waker: Waker;
  /** @default none: sandboxes look by themselves */
  readonly bell?: Bell;
  readonly hints: ChangeHints;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Waits; ends early when the signal aborts. Never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Told of wakes, commits and model requests. @default nobody */
  readonly observe?: Observe;
}
