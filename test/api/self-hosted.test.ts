import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentWorker } from '@anthropic-ai/sdk/helpers/beta/environments';
import { betaAgentToolset20260401 } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import type { SessionEvent } from '../../runtime/contract/wire';
import { call, conversations, say } from '../support/conversations';
import { eventually } from '../support/eventually';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { fresh, history, ofType, onlyOne, sessionIn, tell, textOf, TOOLSET, untilIdle } from '../support/sessions';

let server: LocalServer;
let workdir: string;
beforeAll(async () => {
  workdir = await mkdtemp(join(tmpdir(), 'worker-'));
  server = await startLocalServer(
    conversations({
      'on my machine': [call(['bash', { command: 'echo mine | tee here.txt' }]), say('It ran on yours.')],
      'nobody is there': [call(['bash', { command: 'echo late' }]), say('At last.')],
    }),
  );
});
afterAll(async () => {
  await server.close();
  await rm(workdir, { recursive: true, force: true });
});

const environmentKeyOf = (environmentId: string): Promise<string> =>
  server.makeKey({ type: 'create_environment_key', workspace: 'default', environmentId, name: null });

/** The official worker, with the key of the environment. */
async function runWorker(environmentId: string) {
  const environmentKey = await environmentKeyOf(environmentId);
  const stop = new AbortController();
  const worker = new EnvironmentWorker({
    client: server.clientWith(environmentKey),
    environmentId,
    environmentKey,
    workdir,
    tools: (context) => betaAgentToolset20260401(context),
    maxIdleMs: 500,
  });
  const ended = worker.run(stop.signal).catch(() => undefined);
  return {
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

async function turnEnds(sessionId: string) {
  let events: SessionEvent[] = [];
  await eventually(async () => {
    events = await history(server.client, sessionId);
    return ofType(events, 'session.status_idle').at(-1)?.stop_reason.type === 'end_turn';
  });
  return events;
}

describe('a self-hosted environment', () => {
  test("is served by the official worker on the user's machine", async () => {
    const { client } = server;
    const { id } = await client.beta.environments.create({ name: fresh('mine'), config: { type: 'self_hosted' } });
    const worker = await runWorker(id);
    try {
      const session = await sessionIn(client, id, { tools: [TOOLSET] });
      await tell(client, session.id, 'on my machine');
      const events = await turnEnds(session.id);
      const use = onlyOne(events, 'agent.tool_use');
      const result = onlyOne(events, 'user.tool_result');
      expect(result.tool_use_id).toBe(use.id);
      expect(textOf(result)).toBe('mine');
      expect(ofType(events, 'agent.tool_result')).toEqual([]);
      expect(await readFile(join(workdir, 'here.txt'), 'utf8')).toBe('mine\n');
      const stats = await client.beta.environments.work.stats(id);
      expect(stats).toMatchObject({ type: 'work_queue_stats', depth: 0, workers_polling: 1 });
    } finally {
      await worker.stop();
    }
  });

  test('waits for a worker for as long as it takes', async () => {
    const { client } = server;
    const { id } = await client.beta.environments.create({ name: fresh('later'), config: { type: 'self_hosted' } });
    const session = await sessionIn(client, id, { tools: [TOOLSET] });
    const stream = await client.beta.sessions.events.stream(session.id);
    await tell(client, session.id, 'nobody is there');
    const waiting = await untilIdle(stream);
    const use = onlyOne(waiting, 'agent.tool_use');
    expect(onlyOne(waiting, 'session.status_idle').stop_reason).toEqual({
      type: 'requires_action',
      event_ids: [use.id],
    });

    const lane = server.clientWith(await environmentKeyOf(id)).beta.environments.work;
    const [item] = (await lane.list(id)).data;
    expect(item).toMatchObject({ state: 'queued', data: { type: 'session', id: session.id }, secret: null });
    const { work } = client.beta.environments;
    const workId = item?.id ?? '';
    await work.update(workId, { environment_id: id, metadata: { shelf: '7' } });
    expect((await work.retrieve(workId, { environment_id: id })).metadata).toEqual({ shelf: '7' });

    const worker = await runWorker(id);
    try {
      expect(textOf(onlyOne(await turnEnds(session.id), 'agent.message'))).toBe('At last.');
    } finally {
      await worker.stop();
    }
  });

  test("takes no results from a client's key, and gives workers of other environments nothing", async () => {
    const { client } = server;
    const { id } = await client.beta.environments.create({ name: fresh('own'), config: { type: 'self_hosted' } });
    const other = await client.beta.environments.create({ name: fresh('other'), config: { type: 'self_hosted' } });
    const session = await sessionIn(client, id, { tools: [TOOLSET] });
    const stream = await client.beta.sessions.events.stream(session.id);
    await tell(client, session.id, 'nobody is there');
    const use = onlyOne(await untilIdle(stream), 'agent.tool_use');
    await expect(
      client.beta.sessions.events.send(session.id, {
        events: [{ type: 'user.tool_result', tool_use_id: use.id, content: [{ type: 'text', text: 'forged' }] }],
      }),
    ).rejects.toMatchObject({ status: 403 });

    const stranger = server.clientWith(await environmentKeyOf(other.id));
    await expect(stranger.beta.environments.work.poll(id, {})).rejects.toMatchObject({ status: 403 });
    await expect(stranger.beta.agents.list()).rejects.toMatchObject({ status: 401 });
    expect(await stranger.beta.environments.work.poll(other.id, {})).toBeNull();
  });
});
