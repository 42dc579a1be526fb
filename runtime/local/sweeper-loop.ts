/** Sweeps again and again, one sweep at a time, until closed. */
export class SweeperLoop {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private closed = false;

  /**
   * @param sweep one sweep; its failure is reported and the next one comes all the same.
   * @param intervalMs the pause between the end of one sweep and the start of the next.
   */
  constructor(
    private readonly sweep: () => Promise<unknown>,
    private readonly intervalMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The first sweep starts at once: it picks up what the last process left unfinished. */
  start(): void {
    if (this.closed) return;
    this.current = this.sweep().then(
      () => this.again(),
      (error: unknown) => {
        this.onError(error);
        this.again();
      },
    );
  }

  /** No further sweep begins; resolves when the one under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private again(): void {
    if (!this.closed) this.timer = setTimeout(() => this.start(), this.intervalMs);
  }
}
