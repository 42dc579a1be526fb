import { observedLauncher } from '../../runtime/resources/observed-launcher';
import type { SandboxLauncher } from '../../runtime/resources/ports';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { Fact } from '../../runtime/telemetry/facts';
import { sessionRecord } from '../support/decisions';

const work = { id: 'work_1', sessionId: 'sesn_1' } as WorkRecord;

function observe(start: SandboxLauncher['start']) {
  const facts: Fact[] = [];
  const launcher = observedLauncher({ startsByClaim: true, startWithin: 5, start, stop: async () => {} }, (fact) =>
    facts.push(fact),
  );
  return { facts, launcher };
}

describe('a launcher that is watched', () => {
  test('tells whether a sandbox stood ready, and passes on what it says', async () => {
    const { facts, launcher } = observe(async () => ({ start: 'warm', task: 'task-1' }));
    expect(await launcher.start(work, sessionRecord(), 'secret')).toEqual({ start: 'warm', task: 'task-1' });
    expect(facts).toEqual([{ type: 'sandbox_start', work, outcome: 'warm' }]);
    expect(launcher).toMatchObject({ startsByClaim: true, startWithin: 5 });
  });

  test('tells of a start that failed, which still fails', async () => {
    const error = new Error('no capacity');
    const { facts, launcher } = observe(() => Promise.reject(error));
    await expect(launcher.start(work, sessionRecord(), 'secret')).rejects.toBe(error);
    expect(facts).toEqual([{ type: 'sandbox_start', work, outcome: 'failed', error }]);
  });
});
