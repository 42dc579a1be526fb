import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endProcessesOf } from '../../runtime/sandbox/processes';

/** A user that nobody else on this machine is. */
const STRANGER = 1_899_999_999;
const isRoot = process.getuid?.() === 0;

describe('ending what a user runs', () => {
  (isRoot ? it : it.skip)('ends all of its processes and nobody else’s, without starting one', async () => {
    const options = { uid: STRANGER, gid: STRANGER, stdio: 'ignore' as const, cwd: '/' };
    const theirs = [1, 2, 3].map(() => spawn('/bin/sleep', ['60'], options));
    const ours = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    await Promise.all([...theirs, ours].map((child) => once(child, 'spawn')));
    const ends = Promise.all(theirs.map((child) => once(child, 'exit')));
    endProcessesOf(STRANGER);
    expect((await ends).map(([, signal]) => signal as string)).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    expect(ours.exitCode ?? ours.signalCode).toBeNull();
    ours.kill('SIGKILL');
  });

  it('is no error where the user runs nothing', () => {
    expect(() => endProcessesOf(STRANGER)).not.toThrow();
  });
});
