import type { GoneWorker, SandboxLauncher } from '../resources/ports';

/** A launcher whose workers live on the same machine as the system that starts them, and may outlive it. */
export interface MachineLauncher extends SandboxLauncher {
  /** The workers of a predecessor that was killed. They are gone when this resolves; ask before any worker is started. */
  lostWorkers(): Promise<GoneWorker[]>;
  /** Reports them, so that their calls need not wait for a lease to lapse. */
  reportLost(workers: readonly GoneWorker[]): Promise<void>;
  /** Ends all workers, with time to say what became of their calls, and records it. Call it while the API still answers. */
  close(): Promise<void>;
}
