import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemIds } from '../../runtime/contract/ids';
import { LocalLauncher } from '../../runtime/local/launcher';
import type { GoneWorker } from '../../runtime/resources/ports';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'launcher-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const worker = (id: string): GoneWorker => ({
  workspace: 'default',
  environmentId: 'env_1',
  id,
  sessionTokenHash: 'hash',
});

/** What a worker that was alive when its launcher was killed leaves behind. */
async function leaveMark(content: string): Promise<void> {
  const directory = join(root, systemIds.make('session'));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'worker.json'), content);
}

function launcher(reported: GoneWorker[] = []): LocalLauncher {
  return new LocalLauncher({
    root,
    baseUrl: () => '',
    supervisor: [process.execPath],
    isolation: {
      kind: 'none',
      warning: null,
      cutsNetwork: false,
      command: () => ({ file: '', args: [], env: {}, cwd: '/' }),
    },
    maxIdleMs: 1_000,
    workerGone: async (gone) => void reported.push(gone),
    log: () => undefined,
  });
}

test('the workers of a killed predecessor are found once', async () => {
  await leaveMark(JSON.stringify(worker('work_1')));
  await leaveMark(JSON.stringify(worker('work_2')));
  const lost = await launcher().lostWorkers();
  expect(lost.map(({ id }) => id).toSorted()).toEqual(['work_1', 'work_2']);
  expect(await launcher().lostWorkers()).toEqual([]);
});

test('a worker that is started after they were looked for is not reported with them', async () => {
  await leaveMark(JSON.stringify(worker('work_lost')));
  const reported: GoneWorker[] = [];
  const successor = launcher(reported);
  const lost = await successor.lostWorkers();
  await leaveMark(JSON.stringify(worker('work_new')));
  await successor.reportLost(lost);
  expect(reported).toEqual([worker('work_lost')]);
});

test('a mark that was being written when the power went is no reason not to start', async () => {
  await leaveMark('{"workspace": "de');
  expect(await launcher().lostWorkers()).toEqual([]);
});
