/** The emulator of AWS, in the network namespace of the test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EMULATOR_PYTHON } from './install';
import { ACCOUNT, ADDRESS, AWS_VARIABLES, EMULATOR_PORT, EMULATOR_URL, REGION } from './places';

const START_TIMEOUT_MS = 60_000;

/**
 * Starts the emulator; its functions and tasks become containers.
 *
 * @param dockerSocket where the container engine listens.
 * @param scratch a directory for the emulator's log and temporary files.
 */
export async function startEmulator(dockerSocket: string, scratch: string): Promise<ChildProcess> {
  const log = openSync(join(scratch, 'emulator.log'), 'a');
  const emulator = spawn(EMULATOR_PYTHON, [join(__dirname, 'emulator.py')], {
    env: {
      PATH: process.env.PATH,
      ...AWS_VARIABLES,
      DOCKER_HOST: `unix://${dockerSocket}`,
      TMPDIR: scratch,
      HOME: scratch,
      BIND_HOST: ADDRESS,
      MINISTACK_HOST: ADDRESS,
      GATEWAY_PORT: String(EMULATOR_PORT),
      MINISTACK_REGION: REGION,
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      LAMBDA_EXECUTOR: 'docker',
      // Without it, a function that cannot have a container runs in one of the emulator's own ways.
      LAMBDA_STRICT: '1',
      // What a finished task leaves behind is looked at in the end.
      ECS_REAP_INTERVAL_SECONDS: '86400',
      // This one listens on every interface, whatever it is told.
      IOT_MTLS_ENABLED: '0',
    },
    stdio: ['ignore', log, log],
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await pause(100)) {
    if (emulator.exitCode !== null) break;
    if (await fetch(`${EMULATOR_URL}/_ministack/health`).catch(() => undefined)) return emulator;
  }
  throw new Error('the emulator did not start');
}
