import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, shownBy } from '../support/process-tree';
import { SandboxWorld, type ServedSession } from './served-session';

let world: SandboxWorld;
let session: ServedSession;

beforeAll(async () => void (world = await SandboxWorld.open()), 60_000);
afterAll(() => world.close());
beforeEach(async () => {
  session = await world.session();
  world.secrets.length = 0;
  world.log.length = 0;
});
afterEach(() => world.queue.end(session.record, { discard: true }));

/** Until the command of a call has begun, which it says by making a file. */
const begun = (file = 'begun'): Promise<true> =>
  session.await(async () => existsSync(join(session.directory, 'workspace', file)) || undefined);

/** The supervisor's own process: the one whose program it is. */
const supervisors = () => world.processes().filter((each) => shownBy(each, 'cmdline').includes('supervisor.js'));

describe('a worker', () => {
  it('serves call after call in one place', async () => {
    expect(await session.text(await session.call('bash', { command: 'cd /tmp; echo 1' }))).toBe('1');
    expect(await session.text(await session.call('write', { file_path: 'a', content: 'x' }))).toContain(
      'wrote 1 bytes',
    );
    expect(await session.text(await session.call('bash', { command: 'pwd; ls $OLDPWD' }))).toBe('/tmp\na');
    const failed = await session.result(await session.call('bash', { command: 'echo bad; false' }));
    expect(failed).toMatchObject({ is_error: true, content: [{ type: 'text', text: 'bad' }] });
    expect(world.secrets).toHaveLength(1);
  });

  it('runs nothing before the API has taken its first heartbeat', async () => {
    let refused = 0;
    let ranEarly: boolean | undefined;
    world.onHeartbeat = () => {
      if (refused < 2) refused += 1;
      else ranEarly ??= existsSync(join(session.directory, 'workspace', 'begun'));
      return ranEarly !== undefined;
    };
    expect(await session.text(await session.call('bash', { command: 'touch begun; echo held' }))).toBe('held');
    expect({ refused, ranEarly }).toEqual({ refused: 2, ranEarly: false });
  });

  it('leaves what it does not own to its owner', async () => {
    await session.call('somebody_elses', {});
    expect(await session.text(await session.call('bash', { command: 'echo mine' }))).toBe('mine');
  });

  it('shows its secret to nobody: not in arguments, not in environments, not to the tools', async () => {
    const id = await session.call('bash', {
      command: 'touch begun; sleep 1; cat /proc/*/environ /proc/*/cmdline; env',
    });
    await begun();
    const [secret = ''] = world.secrets;
    const { sessions_token: token } = JSON.parse(Buffer.from(secret, 'base64url').toString()) as Record<string, string>;
    const processes = world.processes();
    expect(processes.length).toBeGreaterThan(2);
    for (const each of processes) {
      for (const file of ['environ', 'cmdline'] as const) {
        const content = shownBy(each, file);
        expect(content).not.toContain(token);
        expect(content).not.toContain(secret);
      }
    }
    const said = await session.text(id);
    expect(said).toContain('HOME=');
    expect(said).not.toContain(token);
  });

  it.each(['end_turn', 'requires_action'] as const)(
    'ends when the session rests (%s), and the next one finds the files',
    async (reason) => {
      await session.text(await session.call('bash', { command: 'echo kept > file' }));
      await session.rest(reason);
      await session.state('stopped');
      await session.await(async () => supervisors().length === 0 || undefined);
      expect(await session.text(await session.call('bash', { command: 'cat file' }))).toBe('kept');
      expect(world.secrets).toHaveLength(2);
      expect(await session.signals()).toEqual([]);
    },
  );

  it('stays while the session runs, however long the model thinks', async () => {
    await session.text(await session.call('bash', { command: 'echo 1' }));
    await new Promise((done) => setTimeout(done, 1_500));
    expect(await session.text(await session.call('bash', { command: 'echo 2' }))).toBe('2');
    expect(world.secrets).toHaveLength(1);
  });

  it('stops a call that was interrupted, and is free for the next', async () => {
    const id = await session.call('bash', { command: 'touch begun; sleep 100' });
    await begun();
    await session.interrupt(id);
    expect(await session.text(await session.call('bash', { command: 'echo free' }))).toBe('free');
  });

  it('that is killed leaves no process behind, and its calls are known to be lost', async () => {
    const id = await session.call('bash', { command: 'touch begun; (setsid sleep 100 &); sleep 100' });
    await begun();
    const processes = world.processes();
    for (const { pid } of supervisors()) process.kill(pid, 'SIGKILL');
    await session.state('stopped');
    expect(await session.signals()).toMatchObject([{ type: 'sandbox_lost', calls: [id] }]);
    await session.await(async () => !processes.some(isAlive) || undefined);
    await session.interrupt(id);
    expect(await session.text(await session.call('bash', { command: 'ls' }))).toBe('begun');
  });

  it('whose tools are killed goes on with new ones', async () => {
    const id = await session.call('bash', { command: 'kill -KILL $PPID; sleep 100' });
    const result = await session.result(id);
    expect(result.is_error).toBe(true);
    expect(JSON.stringify(result.content)).toContain('may or may not have taken effect');
    expect(await session.text(await session.call('bash', { command: 'echo still here' }))).toBe('still here');
    expect(world.secrets).toHaveLength(1);
  });

  it('that is asked to stop says of its call that it was cut short', async () => {
    const id = await session.call('bash', { command: 'touch begun; sleep 100' });
    await begun();
    for (const { pid } of supervisors()) process.kill(pid, 'SIGTERM');
    expect(await session.text(id)).toContain('may or may not have taken effect');
    await session.state('stopped');
    expect(await session.signals()).toEqual([]);
  });

  it('is gone, and its files are too, when its session is deleted', async () => {
    await session.call('bash', { command: 'mkdir -p shut/in; chmod 000 shut/in shut; touch begun; sleep 100' });
    await begun();
    await world.queue.end(session.record, { discard: true });
    expect(existsSync(session.directory)).toBe(false);
    expect(world.processes()).toEqual([]);
    expect(world.log.join()).not.toContain('could not');
  });
});
