import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import type { SessionEvent } from '../runtime/contract/wire';
import { DataDirectory, type Connection } from '../runtime/local/data-directory';
import { checkHistory, type Violation } from '../runtime/thread/invariants';
import { CHECK_HELP, DEFAULT_DATA, UsageError } from './usage';

/** What each invariant promises, for a person who reads that it is broken (docs/durability.md). */
const PROMISES: Readonly<Record<Violation['invariant'], string>> = {
  1: 'events stand once and in order',
  2: 'what was accepted is there',
  3: 'every call has one result before the next model request',
  4: 'running and idle alternate, and nothing follows the end',
  5: 'idle names exactly the calls that wait for the client',
  6: 'usage and cost never fall, and no request starts at the budget',
  7: 'no secret and no private part is shown',
};

const PAGE = 1_000;

/** `check`: reads the histories of sessions as any client would, and tests what must hold. Exit code 1 where something does not. */
export async function checkCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'base-url': { type: 'string' },
      'api-key': { type: 'string' },
      data: { type: 'string', default: DEFAULT_DATA },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(CHECK_HELP);
    return;
  }
  if (positionals.length === 0) throw new UsageError('Say which session: its id.');
  const client = await connect(values['base-url'], values['api-key'], values.data);
  for (const sessionId of positionals) {
    const { summary, violations } = await checkSession(client, sessionId);
    console.log(
      `${sessionId}: ${summary}, ${violations.length === 0 ? 'nothing wrong' : `${violations.length} wrong`}`,
    );
    for (const violation of violations) console.log(describe(violation));
    if (violations.length > 0) process.exitCode = 1;
  }
}

/** The server that is named; or else the one that runs on the data directory. */
async function connect(baseURL: string | undefined, key: string | undefined, data: string): Promise<Anthropic> {
  if (baseURL !== undefined) {
    if (!URL.canParse(baseURL)) throw new UsageError(`${baseURL} is no URL.`);
    const apiKey = key ?? process.env.ANTHROPIC_API_KEY;
    if (!apiKey) throw new UsageError('Say with which key: --api-key, or ANTHROPIC_API_KEY.');
    return new Anthropic({ baseURL, apiKey });
  }
  const { base_url, api_key } = await readConnection(data);
  return new Anthropic({ baseURL: base_url, apiKey: key ?? api_key });
}

async function readConnection(data: string): Promise<Connection> {
  const text = await readFile(new DataDirectory(data).connectionFile, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`No server runs on ${data}. Start one, or name one by --base-url.`);
  return JSON.parse(text) as Connection;
}

async function checkSession(client: Anthropic, sessionId: string) {
  const { events } = client.beta.sessions;
  const listed = await listOnce(client, sessionId);
  const session = await client.beta.sessions.retrieve(sessionId);
  const newest = (await events.list(sessionId, { order: 'desc', limit: 1 })).data[0];
  // In this order: a session that was at rest before its newest event was read, and has none that is not listed, has finished.
  const rests = session.status === 'idle' || session.status === 'terminated';
  const finished = rests && newest?.id === listed.at(-1)?.id;
  const selfHosted = await isSelfHosted(client, session.environment_id);
  const violations = checkHistory(listed, { finished, selfHosted });
  return { summary: `${session.status}, ${listed.length} events`, violations };
}

/** An environment that is gone says nothing any more; most are not self-hosted. */
async function isSelfHosted(client: Anthropic, environmentId: string): Promise<boolean> {
  try {
    return (await client.beta.environments.retrieve(environmentId)).config.type === 'self_hosted';
  } catch (error) {
    if (error instanceof Anthropic.NotFoundError) return false;
    throw error;
  }
}

/** An event that is taken up between two pages stands on both: first waiting, then processed. The latter counts. */
async function listOnce(client: Anthropic, sessionId: string): Promise<SessionEvent[]> {
  const listed: SessionEvent[] = [];
  for await (const event of client.beta.sessions.events.list(sessionId, { limit: PAGE })) listed.push(event);
  const processed = new Set(listed.filter((event) => event.processed_at).map(({ id }) => id));
  return listed.filter((event) => event.processed_at || !processed.has(event.id));
}

function describe({ invariant, eventId, message }: Violation): string {
  const place = eventId === undefined ? '' : ` at ${eventId}`;
  return `  ${invariant} (${PROMISES[invariant]})${place}: ${message}`;
}
