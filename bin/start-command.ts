import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { isHostPattern } from '../runtime/contract/hosts';
import { startLocal, type LocalSystem } from '../runtime/local/start';
import { runSampleSession } from './sample-session';
import { snippet } from './snippet';
import { chooseModel, MODEL_OPTIONS } from './start-model';
import { chooseTelling, TELLING_OPTIONS } from './start-telling';
import { DEFAULT_DATA, DEFAULT_PORT, START_HELP, UsageError } from './usage';

const EXIT_WITHIN_MS = 2_000;

/** `start`: serves until it is told to stop. */
export async function startCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      data: { type: 'string', default: DEFAULT_DATA },
      'no-sample': { type: 'boolean', default: false },
      ...MODEL_OPTIONS,
      'sandbox-image': { type: 'string' },
      'private-host': { type: 'string', multiple: true, default: [] },
      ...TELLING_OPTIONS,
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(START_HELP);
    return;
  }
  const port = readPort(values.port);
  const model = chooseModel(values);
  const stop = untilStopped();
  const sandboxImage = values['sandbox-image'];
  const privateHosts = values['private-host'].map(checkHost);
  const telling = { ...chooseTelling(values), log };
  const system = await startLocal({
    dataDirectory: values.data,
    ...port,
    model,
    sandboxImage,
    privateHosts,
    ...telling,
  });
  introduce(system, values.data);
  if (!values['no-sample']) await sample(system, stop.signal);
  if (!stop.signal.aborted) console.log(snippet(system.connection));
  await stop.requested;
  console.log('\nStopping: sessions under way go on at the next start.');
  await system.close();
  // What still runs has had its time.
  setTimeout(() => process.exit(), EXIT_WITHIN_MS).unref();
}

const ISOLATION: Readonly<Record<LocalSystem['isolation']['kind'], string>> = {
  container: 'containers',
  bubblewrap: 'isolated by bubblewrap',
  user: 'users of their own, no further isolation',
  none: 'plain processes, NOT isolated',
};

/** To standard error, apart from what the command says. */
function log(line: string): void {
  console.error(line);
}

/** Both signals mean the same. A second one ends the process at once. */
function untilStopped(): { requested: Promise<void>; signal: AbortSignal } {
  const controller = new AbortController();
  const requested = new Promise<void>((resolve) => {
    const stop = (): void => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return { requested, signal: controller.signal };
}

/** A port that was asked for must be had; the usual one may be taken. */
function readPort(text: string | undefined): { port: number; portIsFixed: boolean } {
  if (text === undefined) return { port: DEFAULT_PORT, portIsFixed: false };
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port ${text}: a port is a number up to 65535.`);
  return { port, portIsFixed: true };
}

/** Where a credential may be sent is named without a doubt: no URL, no port. */
function checkHost(host: string): string {
  if (isHostPattern(host) || isIP(host) !== 0) return host;
  throw new UsageError(`--private-host ${host}: name a host, an address or *.domain, without scheme and port.`);
}

function introduce(system: LocalSystem, data: string): void {
  console.log(`Claude Managed Agents on ${system.connection.base_url}`);
  console.log(`  data       ${data}`);
  console.log(`  model      ${system.modelDescription}`);
  console.log(`  sandboxes  ${ISOLATION[system.isolation.kind]}`);
  if (system.isolation.warning !== null) console.warn(`\nWARNING: ${system.isolation.warning}`);
}

/** The sample is a demonstration: where it fails, the server serves all the same. */
async function sample(system: LocalSystem, signal: AbortSignal): Promise<void> {
  console.log('\nA sample session, through the official SDK:\n');
  try {
    await runSampleSession(system.connection, (line) => console.log(line), signal);
  } catch (error) {
    if (!signal.aborted) console.error(`The sample session failed: ${(error as Error).message}`);
  }
}
