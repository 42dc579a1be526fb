import { systemClock } from '../../runtime/contract/time';
import { sweep } from '../../runtime/handlers/sweeper';
import type { DueIndex, DueItem, DueWork } from '../../runtime/store/due-ports';

const ref = (n: number) => ({ workspace: 'default', sessionId: `sesn_${n}`, threadId: `sthr_${n}` });
const work = { workspace: 'default', environmentId: 'env_1' };
const deleted = { ...work, id: 'sesn_3', environmentConfig: { type: 'cloud' } } as const;

function sweeping(items: readonly DueItem[]) {
  const done: string[] = [];
  const failed: DueItem[] = [];
  const rearmed: string[] = [];
  const due: DueIndex = {
    due: async (kind) => items.filter((item) => item.kind === kind),
    rearm: async ({ ref: { threadId } }) => {
      if (threadId === 'sthr_9') throw new Error('unreachable');
      rearmed.push(threadId);
    },
  };
  const deps = {
    due,
    clock: systemClock,
    waker: {
      wake: async ({ threadId }: { threadId: string }) => {
        if (threadId === 'sthr_9') throw new Error('unreachable');
        done.push(threadId);
      },
    },
    workQueue: { lapse: async ({ workId }: DueWork) => void done.push(workId) },
    vault: { tidy: async ({ vaultId }: { vaultId: string }) => void done.push(vaultId) },
    forget: async ({ id }: { id: string }) => void done.push(id),
    onError: (item: DueItem) => failed.push(item),
  };
  return { run: () => sweep(deps), done, rearmed, failed };
}

describe('the sweeper', () => {
  test('wakes threads with waiting input or a lapsed lease, each once, gives back silent work, tidies vaults, and forgets sessions', async () => {
    const { run, done } = sweeping([
      { kind: 'inbox', ref: ref(1), dueAt: 1 },
      { kind: 'inbox', ref: ref(1), dueAt: 2 },
      { kind: 'lease', ref: ref(1), dueAt: 3 },
      { kind: 'lease', ref: ref(2), dueAt: 3 },
      { kind: 'work', ...work, sessionId: 'sesn_4', workId: 'work_1', dueAt: 3 },
      { kind: 'vault', workspace: 'default', vaultId: 'vlt_1', dueAt: 3 },
      { kind: 'tombstone', session: deleted, dueAt: 3 },
    ]);
    expect(await run()).toBe(7);
    expect(done.toSorted()).toEqual(['sesn_3', 'sthr_1', 'sthr_2', 'vlt_1', 'work_1']);
  });

  test('an item that fails does not hold up the others', async () => {
    const { run, done, failed } = sweeping([
      { kind: 'inbox', ref: ref(9), dueAt: 1 },
      { kind: 'inbox', ref: ref(2), dueAt: 2 },
    ]);
    await run();
    expect(done).toEqual(['sthr_2']);
    expect(failed).toHaveLength(1);
  });

  test('makes a lease due anew that was renewed, wakes nobody for it, and does not count it', async () => {
    const { run, done, rearmed } = sweeping([
      { kind: 'lease', ref: ref(1), dueAt: 1, heldUntil: 9 },
      { kind: 'lease', ref: ref(2), dueAt: 1 },
    ]);
    expect(await run()).toBe(1);
    expect(done).toEqual(['sthr_2']);
    expect(rearmed).toEqual(['sthr_1']);
  });

  test('wakes a thread for its input although its lease is held', async () => {
    const { run, done, rearmed } = sweeping([
      { kind: 'inbox', ref: ref(1), dueAt: 1 },
      { kind: 'lease', ref: ref(1), dueAt: 1, heldUntil: 9 },
    ]);
    await run();
    expect(done).toEqual(['sthr_1']);
    expect(rearmed).toEqual(['sthr_1']);
  });

  test('a lease that cannot be made due anew does not hold up the others, however many there are', async () => {
    const held = Array.from({ length: 120 }, (_, n) => n + 1);
    const { run, rearmed, failed } = sweeping(
      held.map((n) => ({ kind: 'lease', ref: ref(n), dueAt: n, heldUntil: 999 })),
    );
    await run();
    expect(rearmed).toHaveLength(119);
    expect(failed).toEqual([{ kind: 'lease', ref: ref(9), dueAt: 9, heldUntil: 999 }]);
  });

  test('does nothing when nothing is due', async () => {
    expect(await sweeping([]).run()).toBe(0);
  });
});
