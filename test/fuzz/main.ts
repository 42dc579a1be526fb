/** `npm run fuzz`: requests drawn from the contract, right ones and wrong ones, against the built server. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askServer } from '../../runtime/local/admin-socket';
import { startModelServer } from '../../runtime/local/offline-model/server';
import { residentMiB } from '../support/process-tree';
import { ServerProcess } from '../support/server-process';
import { fuzz } from './run';
import { beginAndDrop, openAndDrop, servesSession } from './streams';
import type { Target } from './world';

const HELP = `npm run fuzz -- [options]

Sends valid, nearly valid and absurd requests to every route of the contract with every kind of credential, and checks that the
answer is never a 5xx, a hang, or another workspace's; that errors have the API's envelope; and that memory stays flat.

  --requests N   how many (default 5000)
  --seed S       what is drawn (default 1)
`;

/** What the server keeps has to fit here, however many requests there were. */
const HEAP_MIB = 200;
/** How much more the server may hold after all requests than after the first fifth of them. */
const MEMORY_FACTOR = 1.5;
const MEMORY_SLACK_MIB = 150;
const CROWD = 200;
const SETTLE_MS = 3_000;
const MAX_SHOWN = 15;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '5000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const model = await startModelServer({ respond: () => ({ blocks: [{ type: 'text', text: 'Yes.' }] }) });
  const server = await ServerProcess.start(model.url, [`--max-old-space-size=${HEAP_MIB}`]);
  let problems: string[] = ['the run was cut short'];
  try {
    problems = await tryEverything(server, Number(values.requests), Number(values.seed));
  } finally {
    await server.close({ keep: problems.length > 0 });
    await model.close();
  }
  for (const problem of problems.slice(0, MAX_SHOWN)) console.log(`WRONG  ${problem}`);
  if (problems.length === 0) return console.log('Every request got a proper answer.');
  console.log(`${problems.length} wrong. The server's log: ${server.logFile}`);
  process.exitCode = 1;
}

async function tryEverything(server: ServerProcess, requests: number, seed: number): Promise<string[]> {
  const { base_url: baseURL, api_key: apiKey } = await server.connection();
  const target: Target = {
    baseURL,
    apiKey,
    makeKey: async (command) => (await askServer(server.data.adminSocket ?? '', command))?.secret ?? '',
  };
  const { pid } = server;
  if (pid === undefined) throw new Error('the server does not run');
  const first = await fuzz(target, { requests: Math.ceil(requests / 5), seed });
  const before = residentMiB(pid);
  const { problems, statuses, reached, unreached } = await fuzz(target, {
    requests: requests - Math.ceil(requests / 5),
    seed: seed + 1,
  });
  await openAndDrop(target, CROWD);
  await beginAndDrop(target, CROWD);
  await pause(SETTLE_MS);
  const after = server.pid === pid ? residentMiB(pid) : Infinity;
  const sorted = [...statuses].toSorted(([a], [b]) => a - b);
  console.log(
    `${requests} requests, seed ${seed}; statuses ${sorted.map(([status, n]) => `${status}: ${n}`).join(', ')}`,
  );
  console.log(
    `${reached.size} operations answered well; memory ${Math.round(before)} MiB, then ${Math.round(after)} MiB`,
  );
  if (unreached.length > 0) console.log(`never answered well: ${unreached.join(', ')}`);
  const found = [...first.problems, ...problems];
  if (after > before * MEMORY_FACTOR + MEMORY_SLACK_MIB) found.push('the memory grew');
  if (!(await servesSession(target).catch(() => false))) found.push('no session is served any more');
  return found;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
