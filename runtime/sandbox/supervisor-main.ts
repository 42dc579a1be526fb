/**
 * The process that serves one work item. Its configuration comes as the first line of standard input, which stays open for as
 * long as the launcher lives: when it ends, this process ends at once, with everything that it started. So after a crash of
 * the launcher no worker is left that could serve a session beside the next one.
 */
import { createInterface } from 'node:readline';
import { Supervisor } from './supervisor';
import type { SupervisorConfig } from './supervisor-config';

/** A worker that was asked to stop and has not by then is ended. */
const STOP_WITHIN_MS = 5_000;

function log(line: string): void {
  console.error(line);
}

let supervisor: Supervisor | undefined;

function exitNow(code: number): never {
  supervisor?.kill();
  process.exit(code);
}

async function serve(config: SupervisorConfig): Promise<void> {
  supervisor = new Supervisor(config, log);
  process.once('SIGTERM', () => {
    supervisor?.stop();
    setTimeout(() => exitNow(1), STOP_WITHIN_MS).unref();
  });
  await supervisor.run();
}

const input = createInterface({ input: process.stdin });
input.once('line', (line) => {
  serve(JSON.parse(line) as SupervisorConfig).then(
    () => exitNow(0),
    (error: unknown) => {
      log(`the worker ended: ${error instanceof Error ? error.message : String(error)}`);
      exitNow(1);
    },
  );
});
input.once('close', () => exitNow(1));
