/** The time by which a sandbox listens to its bell. */
export interface BellClock {
  /** Milliseconds, on a clock that is never put back. */
  now(): number;
  /** Does something so many milliseconds later, unless the function that this returns is called before. */
  after(ms: number, act: () => void): () => void;
}

/** The clock of this process. */
export const PROCESS_CLOCK: BellClock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
