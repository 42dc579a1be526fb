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
        const started = await launcher.start(work, session, secret);
        observe({ type: 'sandbox_start', work, outcome: started?.start ?? 'cold' });
        return started;
      } catch (error) {
        observe({ type: 'sandbox_start', work, outcome: 'failed', error });
        throw error;
      }
    },
    stop: (session, options) => launcher.stop(session, options),
  };
}
