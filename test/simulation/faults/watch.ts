/** Faults of how the end of a sandbox is heard of, where somebody tells of it. */
import type { PlantedFault } from './fault';

const QUEUE = 'runtime/resources/work-queue.ts';
const STOPPED = 'runtime/aws/stopped-task.ts';

export const WATCH_FAULTS: readonly PlantedFault[] = [
  {
    name: 'the end of a task is told to nobody',
    file: STOPPED,
    from: '  if (worker) await workQueue.workerGone(worker, causeOf(task));\n',
    to: '',
  },
  {
    name: 'the end of an earlier task ends the worker that the item has now',
    file: QUEUE,
    from: '      if (!goesBy(work, worker.sessionTokenHash)) return DONE;\n',
    to: '',
  },
  {
    name: 'a task that ended before it had begun is left to the sweeper',
    file: QUEUE,
    from: '          return this.cloud.retryLater(work, cause instanceof SandboxStartError ? cause : ENDED_EARLY);\n',
    to: '          return DONE;\n',
  },
  {
    name: 'a task that ended while it worked is left to the sweeper',
    file: QUEUE,
    from: '          return this.cloud.bury(work, cause instanceof SandboxStartError ? cause.reason : cause);\n',
    to: '          return DONE;\n',
  },
  {
    name: 'a harness is not woken for the next start of a sandbox that ended at once',
    file: QUEUE,
    from: '    // A harness that waits for the sandbox tries again when that is due; the next sweep may be a minute away.\n    if (found && retryAt !== undefined) {',
    to: '    if (found && retryAt === 0) {',
  },
];
