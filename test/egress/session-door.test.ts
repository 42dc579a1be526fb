import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { egressAdmission } from '../../runtime/aws/egress-admission';
import { systemIds } from '../../runtime/contract/ids';
import { DOOR_TARGETS, presented, readPresented } from '../../runtime/egress/credential';
import { SessionDoor } from '../../runtime/egress/session-door';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { WorkRecord } from '../../runtime/store/work-ports';
import { openEngine, type Engine } from '../store/engine';
import { session as sessionOf, work as workOf } from '../store/values';
import { EgressWorld, PLACEHOLDER } from './egress-world';

let engine: Engine;
let world: EgressWorld;
let door: SessionDoor;
let port: number;
let http: number;
/** Stands for the API: it says what it was told. */
const api = createServer((socket) => void socket.once('data', (text) => socket.end(`the API got ${String(text)}`)));

beforeAll(async () => {
  [engine, world] = await Promise.all([openEngine(), EgressWorld.open()]);
  http = await world.servers.http();
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  door = new SessionDoor({
    gateway: world.gateway,
    admit: egressAdmission(engine.store),
    api: { host: '127.0.0.1', port: (api.address() as AddressInfo).port },
  });
  port = await door.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await door.close();
  await world.close();
  await engine.close();
  api.close();
});

/** A session with a work item whose worker holds the secret. */
async function sandbox(allowed: string[], secret: string, parts: Partial<WorkRecord> = {}): Promise<WorkRecord> {
  const id = systemIds.make('session');
  const networking = { type: 'limited' as const, allowed_hosts: allowed, allow_mcp_servers: false };
  const packages = { type: 'packages' as const, apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] };
  const session = sessionOf({
    id,
    environmentConfig: { type: 'cloud', networking: { ...networking, allow_package_managers: false }, packages },
  });
  await engine.store.sessions.create(session);
  const work = workOf({
    workspace: session.workspace,
    environmentId: session.environmentId,
    sessionId: id,
    kind: 'cloud',
    state: 'active',
    sessionTokenHash: hashOfSecret(secret),
    ...parts,
  });
  await engine.store.work.create(work);
  return work;
}

/** The door's answer, and the connection behind it. */
async function knock(target: string, authorization?: string): Promise<{ status: number; socket: Socket }> {
  const headers = authorization === undefined ? {} : { 'proxy-authorization': authorization };
  const asked = request({ method: 'CONNECT', host: '127.0.0.1', port, path: target, headers, agent: false }).end();
  const [{ statusCode = 0 }, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  return { status: statusCode, socket };
}

async function rest(socket: Socket, text: string): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const get = (url: string): string => `GET ${url} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`;

describe('the door of the gateway', () => {
  it('gives a sandbox the way out of its own session', async () => {
    const work = await sandbox(['api.test'], 'secret-1');
    const { status, socket } = await knock(DOOR_TARGETS.gateway, presented(work, hashOfSecret('secret-1')));
    expect(status).toBe(200);
    expect(await rest(socket, get(`http://api.test:${http}/`))).toContain('200 OK');
    const other = await knock(DOOR_TARGETS.gateway, presented(work, hashOfSecret('secret-1')));
    expect(await rest(other.socket, get(`http://other.test:${http}/`))).toContain('Host not in allowlist: other.test');
  });

  it('tells it what it has to know, and that alone', async () => {
    const work = await sandbox([], 'secret-2');
    const { socket } = await knock(DOOR_TARGETS.gateway, presented(work, hashOfSecret('secret-2')));
    const said = await rest(socket, get('/session'));
    const briefing = JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1)) as Record<string, unknown>;
    expect(briefing).toEqual({
      certificate: expect.stringMatching(/^-----BEGIN CERTIFICATE-----/),
      placeholders: { API_TOKEN: PLACEHOLDER },
    });
    expect(said).not.toContain('PRIVATE KEY');
  });

  it('gives its supervisor the way to the API', async () => {
    const work = await sandbox([], 'secret-3');
    const { status, socket } = await knock(DOOR_TARGETS.api, presented(work, hashOfSecret('secret-3')));
    expect(status).toBe(200);
    expect(await rest(socket, 'hello')).toBe('the API got hello');
  });

  it('is closed to whoever does not prove whose sandbox he is', async () => {
    const work = await sandbox(['api.test'], 'secret-4');
    const other = await sandbox(['api.test'], 'secret-5');
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const refused = [
      undefined,
      '',
      'Bearer secret-4',
      basic(`${work.workspace}/${work.environmentId}/${work.sessionId}:`),
      basic(`${work.workspace}/${work.environmentId}/${work.sessionId}:secret-4`),
      basic(`${work.workspace}/${work.environmentId}/${work.sessionId}:${hashOfSecret('secret-4')}`),
      presented(work, hashOfSecret('secret-5')),
      presented({ ...work, sessionId: other.sessionId }, hashOfSecret('secret-4')),
      presented({ ...work, workspace: 'wrkspc_other' }, hashOfSecret('secret-4')),
      presented({ ...work, environmentId: 'env_other' }, hashOfSecret('secret-4')),
      presented(work, hashOfSecret('secret-4')).repeat(2),
    ];
    for (const authorization of refused) {
      for (const target of Object.values(DOOR_TARGETS)) {
        const { status, socket } = await knock(target, authorization);
        socket.destroy();
        expect(status).toBe(407);
      }
    }
  });

  it('is closed to a sandbox whose item has another worker, or none any more', async () => {
    const stopped = await sandbox([], 'secret-6', { state: 'stopped' });
    const none = await sandbox([], 'secret-7', { sessionTokenHash: null });
    const work = await sandbox([], 'secret-8');
    expect(
      await engine.store.work.update({
        ...work,
        sessionTokenHash: hashOfSecret('secret-9'),
        revision: work.revision + 1,
      }),
    ).toBe(true);
    for (const [item, secret] of [
      [stopped, 'secret-6'],
      [none, 'secret-7'],
      [work, 'secret-8'],
    ] as const) {
      const { status, socket } = await knock(DOOR_TARGETS.gateway, presented(item, hashOfSecret(secret)));
      socket.destroy();
      expect(status).toBe(407);
    }
    const { status, socket } = await knock(DOOR_TARGETS.gateway, presented(work, hashOfSecret('secret-9')));
    socket.destroy();
    expect(status).toBe(200);
  });

  it('leads nowhere else', async () => {
    const work = await sandbox(['api.test'], 'secret-10');
    const proof = presented(work, hashOfSecret('secret-10'));
    for (const target of [`api.test:${http}`, '169.254.169.254:80', 'gateway.invalid:443']) {
      const { status, socket } = await knock(target, proof);
      socket.destroy();
      expect(status).toBe(404);
    }
  });
});

describe('what a sandbox presents', () => {
  it('is read as it was made, whatever the names are', () => {
    const name = { workspace: 'a/b:c d', environmentId: 'env_ü', sessionId: 'sesn_%' };
    expect(readPresented(presented(name, 'hash'))?.name).toEqual(name);
  });

  it('shows neither the secret nor its hash', () => {
    const [, digits = ''] = presented(workOf(), hashOfSecret('secret')).split(' ');
    const text = Buffer.from(digits, 'base64').toString();
    expect(text).not.toContain('secret');
    expect(text).not.toContain(hashOfSecret('secret'));
  });
});
