import { openStore, openWaker, surroundings } from '../aws/compose';
import { openWorkQueue, settleGateway, tendSandboxes } from '../aws/compose-sandboxes';
import { openKeeper } from '../aws/compose-remote-vault';
import { log, observe } from '../aws/observe';
import { redactFailures } from '../aws/redacted-failures';
import type { Micros } from '../contract/time';
import { forgetSession } from '../resources/session-clearing';
import { isHeld } from '../store/due-index';
import type { DueIndex } from '../store/due-ports';
import { sweep } from './sweeper';

const store = openStore();
const waker = openWaker(store);
const workQueue = openWorkQueue(store, waker);
const vault = openKeeper();

/**
 * The Lambda function that runs each minute. It also measures how late what it finds is, stops sandboxes left over, and lets the
 * egress gateway go when none needs it.
 */
export const handler = redactFailures(async (): Promise<void> => {
  let age: Micros = 0;
  const due: DueIndex = {
    ...store.due,
    async due(kind, now, limit) {
      const items = await store.due.due(kind, now, limit);
      age = Math.max(age, ...items.filter((item) => !isHeld(item)).map(({ dueAt }) => now - dueAt));
      return items;
    },
  };
  const found = await sweep({
    due,
    waker,
    workQueue,
    vault,
    forget: (session, now) => forgetSession({ store, workQueue }, session, now),
    clock: surroundings.clock,
    onError: ({ kind }, error) =>
      log({ level: 'error', message: 'a due item could not be handled', fields: { kind }, error }),
  });
  observe({ type: 'sweep', found, age });
  await tendSandboxes(store);
  await settleGateway();
});
