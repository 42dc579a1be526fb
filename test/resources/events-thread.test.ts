import type { Commit, InboxItem } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { readThread } from '../../runtime/resources/events-thread';

const ref = { workspace: 'home', sessionId: 'sesn_1', threadId: 'sthr_1' };
const item: InboxItem = {
  key: 'a',
  acceptedAt: 1,
  entries: [{ event: { id: 'sevt_1', type: 'user.message', content: [{ type: 'text', text: 'hello' }] } }],
};
const commit = (n: number, consumed: string[]): Commit => ({
  n,
  at: n,
  by: 'x',
  records: [],
  consumed,
  summary: EMPTY_SUMMARY,
});

/** A thread that moves on by one state with each read of its inbox. */
function moving(inboxes: InboxItem[][], last: Commit) {
  let reads = 0;
  const readInbox = async () => inboxes[Math.min(reads++, inboxes.length - 1)] ?? [];
  return { log: { readInbox, lastCommit: async () => last } } as unknown as Parameters<typeof readThread>[0];
}

it('shows what waits', async () => {
  expect(await readThread(moving([[item]], commit(3, [])), ref)).toMatchObject({ waiting: [item] });
});

it('does not show what the last commit used up', async () => {
  expect(await readThread(moving([[item]], commit(3, ['a'])), ref)).toMatchObject({ waiting: [] });
});

it('does not show what a commit before the last one used up while it read', async () => {
  expect(await readThread(moving([[item], []], commit(3, [])), ref)).toMatchObject({ waiting: [] });
});
