/** How streams behave. Times in milliseconds. */
export interface StreamSettings {
  /** A ping this often, since proxies cut what is silent for about 16 seconds (reference 6.6). */
  readonly pingMs: number;
  /** A stream ends cleanly after this long; a runtime with a shorter life ends it itself. Clients reconnect. */
  readonly maxAgeMs: number;
  /**
   * The same for a sandbox that a bell will tell of its session: it only wants the stream until its line is up, and a function does
   * not notice that its caller has left. Longer than a call may run, since a worker in a call does not notice the end.
   */
  readonly stopgapAgeMs: number;
  /**
   * A client that sends and then opens its stream may find the cycle that it caused already over. If the last cycle ended
   * less than this ago, and nothing is sent for `replayAfterMs`, the stream repeats that cycle.
   */
  readonly replayWithinMs: number;
  readonly replayAfterMs: number;
  /** How often a stream looks for news while the thread is at work, and at most how seldom while it is not. */
  readonly busyPollMs: number;
  /** While the model is asked, previews come, but no commit does until it has answered: how often one is looked for then. */
  readonly askingPollMs: number;
  readonly idlePollMs: number;
  /** How often an idle stream looks whether its session was archived or deleted. */
  readonly sessionCheckMs: number;
  /** How often a stream with previews says that it still wants them. */
  readonly watchEveryMs: number;
}

export const STREAM_SETTINGS: StreamSettings = {
  pingMs: 10_000,
  maxAgeMs: 24 * 3_600_000,
  stopgapAgeMs: 180_000,
  replayWithinMs: 30_000,
  replayAfterMs: 2_000,
  busyPollMs: 150,
  askingPollMs: 300,
  idlePollMs: 1_000,
  sessionCheckMs: 5_000,
  watchEveryMs: 20_000,
};
