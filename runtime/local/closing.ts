/** What has to be closed, in the reverse of the order in which it was opened. */
export class Closing {
  private readonly steps: (() => Promise<void>)[] = [];
  private begun = false;

  /** Whether things are going away. What then fails for want of them is no news. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Notes how something that was just opened is closed. */
  add(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  /** Closes everything, once. A step that fails does not keep the others from being taken; the first failure is thrown. */
  async close(): Promise<void> {
    this.begun = true;
    const failures: unknown[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
