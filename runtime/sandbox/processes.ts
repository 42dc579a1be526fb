import { readdirSync, statSync } from 'node:fs';

/** A process that is ended may have started another one meanwhile, and stays in sight until its parent has seen its end. */
const ROUNDS = 10;

/**
 * Ends all processes of a user without starting one itself: for when the user's own have left no room for any. Where there is
 * no /proc it does nothing.
 */
export function endProcessesOf(uid: number): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = processesOf(uid);
    if (found.length === 0) return;
    for (const pid of found) ignoringGone(() => process.kill(pid, 'SIGKILL'));
  }
}

function processesOf(uid: number): number[] {
  const names = ignoringGone(() => readdirSync('/proc')) ?? [];
  return names
    .filter((name) => /^\d+$/.test(name) && ignoringGone(() => statSync(`/proc/${name}`).uid) === uid)
    .map(Number);
}

function ignoringGone<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
