import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemIds } from '../../runtime/contract/ids';
import { LocalLauncher, type LocalLauncherOptions } from '../../runtime/local/launcher';
import type { GoneWorker } from '../../runtime/resources/ports';
import { newWork } from '../../runtime/resources/work-item';
import type { SessionRecord } from '../../runtime/store/records';
import { eventually } from '../support/eventually';

let root: string;
let gone: { readonly worker: GoneWorker; readonly reason: string }[];
let logged: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'launcher-'));
  gone = [];
  logged = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A launcher whose supervisors are this script. */
function launcher(script: string, options: Partial<LocalLauncherOptions> = {}): LocalLauncher {
  return new LocalLauncher({
    root,
    baseUrl: () => 'http://127.0.0.1:1',
    supervisor: [process.execPath, '-e', script],
    isolation: {
      kind: 'none',
      warning: null,
      cutsNetwork: false,
      command: () => ({ file: '', args: [], env: {}, cwd: '/' }),
    },
    maxIdleMs: 1_000,
    workerGone: async (worker, reason) => void gone.push({ worker, reason: String(reason) }),
    log: (line) => logged.push(line),
    ...options,
  });
}

/** As much of a session as a launcher looks at. */
function session(networking: 'unrestricted' | 'limited' = 'unrestricted'): SessionRecord {
  const id = systemIds.make('session');
  const environmentConfig = { type: 'cloud', networking: { type: networking } };
  return { id, workspace: 'w', environmentId: 'env_1', environmentConfig } as SessionRecord;
}

const workOf = (of: SessionRecord) => ({ ...newWork(systemIds.make('work'), of, 1), sessionTokenHash: 'hash' });

const WAITS = 'process.stdin.resume(); process.stdin.on("end", () => process.exit())';
/** Says what it was told, and waits. */
const TELLS = `process.stdin.on("data", (line) => console.error(String(line).trim())); ${WAITS}`;

describe('a launcher', () => {
  it('tells a worker what to serve, and starts it once for one secret', async () => {
    const local = launcher(TELLS);
    const one = session();
    const work = workOf(one);
    await Promise.all([local.start(work, one, 'secret'), local.start(work, one, 'secret')]);
    await eventually(() => logged.length > 0);
    expect(logged).toHaveLength(1);
    const config: unknown = JSON.parse(logged[0]?.slice(one.id.length + 2) ?? '');
    expect(config).toMatchObject({ workId: work.id, sessionId: one.id, environmentId: 'env_1', workSecret: 'secret' });
    await local.close();
  });

  it('lets the worker for a new secret take the place of the old one, whose end is no news', async () => {
    const local = launcher(TELLS);
    const one = session();
    await local.start(workOf(one), one, 'first');
    await local.start(workOf(one), one, 'second');
    await eventually(() => logged.length === 2);
    expect(gone).toEqual([]);
    await local.close();
  });

  it('reports a worker that ended by itself', async () => {
    const one = session();
    const work = workOf(one);
    await launcher('process.exit(3)').start(work, one, 'secret');
    await eventually(() => gone.length > 0);
    const { workspace, environmentId, id, sessionTokenHash } = work;
    expect(gone).toEqual([
      { worker: { workspace, environmentId, id, sessionTokenHash }, reason: 'its process ended (3)' },
    ]);
  });

  it('reports a worker whose program is not there', async () => {
    const one = session();
    await launcher('', { supervisor: ['/nowhere'] }).start(workOf(one), one, 'secret');
    await eventually(() => gone.length > 0);
    expect(gone[0]?.reason).toBe('its process could not be started');
  });

  it('stops a worker without a report, and keeps the files until they are discarded', async () => {
    const local = launcher(WAITS);
    const one = session();
    await local.start(workOf(one), one, 'secret');
    await local.stop(one, { discard: false });
    expect(existsSync(join(root, one.id, 'workspace'))).toBe(true);
    await local.stop(one, { discard: true });
    expect(existsSync(join(root, one.id))).toBe(false);
    expect(gone).toEqual([]);
    expect(await launcher(WAITS).lostWorkers()).toEqual([]);
  });

  it('ends a worker that does not want to', async () => {
    const local = launcher('process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6)');
    const one = session();
    await local.start(workOf(one), one, 'secret');
    await local.stop(one, { discard: true });
    expect(existsSync(join(root, one.id))).toBe(false);
  });

  it('starts nothing more once it closes', async () => {
    const local = launcher(WAITS);
    await local.close();
    const one = session();
    await expect(local.start(workOf(one), one, 'secret')).rejects.toThrow('stopping');
  });

  it('starts no sandbox with a network where the environment limits it and nothing can', async () => {
    const one = session('limited');
    await expect(launcher(WAITS).start(workOf(one), one, 'secret')).rejects.toThrow('limits the network');
    expect(logged.join()).toContain('could not be started');
  });

  it('takes no path for the id of a session', async () => {
    const one = { ...session(), id: '../../etc' };
    await expect(launcher(WAITS).start(workOf(one), one, 'secret')).rejects.toThrow('not the id');
    await expect(launcher(WAITS).stop(one, { discard: true })).rejects.toThrow('not the id');
  });
});
