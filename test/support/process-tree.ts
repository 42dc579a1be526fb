import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one that was given the same number. Linux only: it is read from /proc. */
export interface ProcessId {
  readonly pid: number;
  readonly startedAt: string;
  readonly name: string;
}

interface Entry extends ProcessId {
  readonly parent: number;
}

/** What /proc says of a process: `pid (name) state parent … start …`, where the name may hold anything. */
function readEntry(pid: number): Entry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent = ''] = fields;
    if (state === 'Z') return undefined;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { pid, name, parent: Number(parent), startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** The process that has this number now, if one runs. */
export const processAt = (pid: number): ProcessId | undefined => readEntry(pid);

/** All that a process started, directly or not, and that runs. */
export function descendantsOf(pid: number): ProcessId[] {
  const entries = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readEntry(Number(name)) ?? []);
  const found: Entry[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const children = entries.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map((child) => child.pid));
  }
  return found;
}

/** What a process shows of itself to whoever may look. Nothing, once it has ended. */
export function shownBy({ pid }: ProcessId, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (hasEnded(error)) return '';
    throw error;
  }
}

/** Sends a process a signal. @returns false where it has ended before. */
export function signalTo({ pid }: ProcessId, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (hasEnded(error)) return false;
    throw error;
  }
}

/** What is said of a process that ended between two looks at it. */
const hasEnded = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Whether that process, and not another with its number, still runs. */
export function isAlive({ pid, startedAt }: ProcessId): boolean {
  return readEntry(pid)?.startedAt === startedAt;
}

/** The memory that a process holds, in MiB. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
}
