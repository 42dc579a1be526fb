/** A clock for what this process does all by itself. */
export interface OwnClock {
  /** Hundredths of a second so far in which the process could run. */
  turns(): number;
  stop(): void;
}

/**
 * Counts turns of ten milliseconds. It stands still while the machine is busy with others and lets nothing of us run, so a bound in
 * its turns is one for the code and not for the machine.
 */
export function ownClock(): OwnClock {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 10);
  return { turns: () => turns, stop: () => clearInterval(timer) };
}
