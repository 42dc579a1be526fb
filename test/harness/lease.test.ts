import { Lease } from '../../runtime/harness/lease';
import { newThread } from '../store/values';
import { eventually } from '../support/eventually';
import { World } from '../support/harness-world';

let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(() => world.close());

describe.each([
  ['is let go of', (lease: Lease) => lease.release()],
  ['is given up', (lease: Lease) => lease.abandon()],
])('a lease that %s', (_how, end) => {
  it('waits for the renewal that is under way: nothing may be written later', async () => {
    const ref = newThread();
    const { log } = world.deps;
    let isAsked = false;
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const renewLease: typeof log.renewLease = async (...args) => {
      isAsked = true;
      await held;
      return log.renewLease(...args);
    };
    const sleep = (): Promise<void> => (isAsked ? new Promise(() => undefined) : Promise.resolve());
    const lease = await Lease.take({ ...world.deps, log: { ...log, renewLease }, sleep }, ref, 'me');
    if (!lease) throw new Error('the lease was to be had');
    await eventually(() => isAsked);
    let isOver = false;
    const ending = end(lease).then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isOver).toBe(false);
    answer();
    await ending;
    expect(isOver).toBe(true);
  });
});
