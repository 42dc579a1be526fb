/**
 * A worker process of the user's own, as chaos starts it: the official worker with the official tools. The parent says over the
 * channel between the two what to serve, and when the channel closes, the process ends, however the parent died.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { EnvironmentWorker } from '@anthropic-ai/sdk/helpers/beta/environments';
import { betaAgentToolset20260401 } from '@anthropic-ai/sdk/tools/agent-toolset/node';

/** What such a process is told. */
export interface OwnWorkerOrder {
  readonly baseURL: string;
  readonly environmentId: string;
  readonly environmentKey: string;
  /** Each session's calls run in a directory of its own in here, whichever worker serves it. */
  readonly directory: string;
  /** How many sessions at once: an official worker stays with one until that is at rest. */
  readonly lanes: number;
}

/** Short, so that sessions are let go of and offered again between two turns, and not only when somebody dies. */
const MAX_IDLE_MS = 500;

async function serve({ baseURL, environmentId, environmentKey, directory, lanes }: OwnWorkerOrder): Promise<void> {
  const client = new Anthropic({ baseURL, authToken: environmentKey, apiKey: null, logLevel: 'info' });
  const lane = () =>
    new EnvironmentWorker({
      client,
      environmentId,
      environmentKey,
      workdir: directory,
      maxIdleMs: MAX_IDLE_MS,
      tools: (context) => {
        const workdir = join(directory, context.session?.id ?? 'unknown');
        mkdirSync(workdir, { recursive: true });
        return betaAgentToolset20260401({ ...context, workdir });
      },
    });
  await Promise.all(Array.from({ length: lanes }, () => lane().run()));
}

process.once('disconnect', () => process.exit());
process.once('message', (order) => {
  serve(order as OwnWorkerOrder).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
