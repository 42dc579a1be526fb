import type { Observe } from '../telemetry/facts';
import type { SandboxLauncher } from './ports';

/** The launcher, telling of each sandbox that is asked of it. */
export function observedLauncher(launcher: SandboxLauncher, observe: Observe): SandboxLauncher {
  const { startsByClaim, startWithin } = launcher;
  return {
    startsByClaim,
    startWithin,
    async start(work, session, secret) {
      try {
        await launcher.start(work, session, secret);
      } catch (error) {
        observe({ type: 'sandbox_start', work, outcome: 'failed', error });
        throw error;
      }
      observe({ type: 'sandbox_start', work, outcome: 'cold' });
    },
    stop: (session, options) => launcher.stop(session, options),
  };
}
