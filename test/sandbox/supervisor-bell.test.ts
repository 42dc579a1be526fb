import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BellGateway } from '../support/bell-gateway';
import { SandboxWorld, type ServedSession } from './served-session';

let world: SandboxWorld;
let session: ServedSession;
let gateway: BellGateway;

beforeAll(async () => {
  world = await SandboxWorld.open({ bell: true });
  if (!world.gateway) throw new Error('there is no bell');
  ({ gateway } = world);
}, 60_000);
afterAll(() => world.close());
beforeEach(async () => {
  session = await world.session();
  gateway.refuseWith = undefined;
  gateway.isDeaf = false;
  gateway.answers.length = 0;
  gateway.sent.length = 0;
  world.asked.length = 0;
});
afterEach(() => world.queue.end(session.record, { discard: true }));

const begun = (file = 'begun'): Promise<true> =>
  session.await(async () => existsSync(join(session.directory, 'workspace', file)) || undefined);
const streams = (): number => world.asked.filter((path) => path.endsWith('/stream')).length;
const lists = (): number =>
  world.asked.filter((path) => path === `GET /v1/sessions/${session.record.id}/events`).length;
const connected = (): Promise<true> => session.await(async () => gateway.connections.length > 0 || undefined);
const bash = async (command: string): Promise<string> => session.text(await session.call('bash', { command }));

/** A worker that has connected and is served by the bell, whichever of the two came first. */
async function ready(): Promise<void> {
  await bash('echo 1');
  await connected();
  await session.await(async () => world.openStreams.size === 0 || undefined);
  await bash('echo 2');
  world.asked.length = 0;
}

describe('a worker with a bell', () => {
  it('serves call after call without a stream, and asks for nothing but to send its results', async () => {
    await ready();
    expect(await bash('cd /tmp; echo 1')).toBe('1');
    expect(await bash('pwd')).toBe('/tmp');
    expect(await bash('echo 3')).toBe('3');
    expect({ streams: streams(), lists: lists(), connects: gateway.answers }).toEqual({
      streams: 0,
      lists: 0,
      connects: [200],
    });
  });

  it('stops a call that was interrupted, and is free for the next', async () => {
    const id = await session.call('bash', { command: 'touch begun; sleep 100' });
    await begun();
    await session.interrupt(id);
    expect(await bash('echo free')).toBe('free');
  });

  it('looks where a ring could not hold all that happened', async () => {
    await ready();
    expect(await bash(`echo ${'x'.repeat(40_000)} | wc -c`)).toContain('40001');
    expect(lists()).toBeGreaterThan(0);
    expect(streams()).toBe(0);
  });

  it('looks where a ring was lost', async () => {
    await ready();
    gateway.isDeaf = true;
    const lost = await session.call('bash', { command: 'echo lost' });
    gateway.isDeaf = false;
    const heard = await session.call('bash', { command: 'echo heard' });
    expect([await session.text(lost), await session.text(heard)]).toEqual(['lost', 'heard']);
  });

  it('connects again when its connection ends, and has missed nothing', async () => {
    await ready();
    gateway.drop();
    expect(await bash('echo 2')).toBe('2');
    await connected();
    expect(await bash('echo 3')).toBe('3');
    expect(streams()).toBe(0);
  });

  it('hears of an interrupt although the connection ended while the call ran', async () => {
    await ready();
    const id = await session.call('bash', { command: 'touch begun; sleep 100' });
    await begun();
    gateway.drop();
    await session.interrupt(id);
    expect(await bash('echo free')).toBe('free');
    expect(streams()).toBe(0);
  });

  it.each([401, 403, 409])('holds a stream, and does not insist, where it is refused (%s)', async (status) => {
    gateway.refuseWith = status;
    expect(await bash('echo 1')).toBe('1');
    expect(await bash('echo 2')).toBe('2');
    expect([gateway.answers, world.openStreams.size]).toEqual([[status], 1]);
    expect(world.log.join()).not.toContain(world.secrets.at(-1));
  });

  it('holds a stream until the bell can be had, and lets go of it then', async () => {
    gateway.refuseWith = 503;
    expect(await bash('echo 1')).toBe('1');
    expect(world.openStreams.size).toBe(1);
    gateway.refuseWith = undefined;
    await connected();
    await session.await(async () => world.openStreams.size === 0 || undefined);
    expect(await bash('echo 2')).toBe('2');
    expect(world.openStreams.size).toBe(0);
  });

  it.each(['end_turn', 'requires_action'] as const)('ends when the session rests (%s)', async (reason) => {
    await bash('echo kept > file');
    await session.rest(reason);
    await session.state('stopped');
    expect(await bash('cat file')).toBe('kept');
  });

  it('ends when the session has come to rest between two streams', async () => {
    gateway.refuseWith = 503;
    await bash('echo 1');
    gateway.refuseWith = undefined;
    await connected();
    await session.await(async () => world.openStreams.size === 0 || undefined);
    await session.rest('requires_action');
    await session.state('stopped');
  });

  it('hangs up when it ends', async () => {
    await bash('echo 1');
    await session.rest('end_turn');
    await session.state('stopped');
    await session.await(async () => gateway.connections.length === 0 || undefined);
  });
});
