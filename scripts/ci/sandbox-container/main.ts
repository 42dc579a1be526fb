/**
 * Sandboxes in real containers, on one machine, through the official client: what a tool can reach, what stays of a session's
 * files, and what happens when a container dies.
 *
 *     tsx scripts/ci/sandbox-container/main.ts IMAGE
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { startModelServer } from '../../../runtime/local/offline-model/server';
import { startLocal, type LocalSystem } from '../../../runtime/local/start';
import { STOP_WITHIN_SECONDS } from '../../../runtime/sandbox/container-contract';
import {
  triesTheClaim,
  triesTheNetwork,
  triesToBecomeSomebody,
  triesToFindTheToken,
  triesToTakeEverything,
} from './attacks';
import { containersOf, podman, untilGone, untilThere } from './containers';
import { behindTheDoor } from './door';
import { shellModel, ShellSession, type Config } from './sessions';
import { waitsForWork } from './warm';

/** A worker ends after its session has been idle for a minute, and saves its files before; the machine may be busy. */
const IDLE_MS = 180_000;
/** How long a command may take to begin in a container that is up. It must not end meanwhile. */
const BEGINS_WITHIN_MS = 45_000;
/** An address of this machine that programs ask the proxy for. */
const PRIVATE_HOST = '127.0.0.2';
const NO_NETWORK: Config = { networking: { type: 'limited' } };
const NO_NETWORK_BUT_PACKAGES: Config = {
  networking: { type: 'limited', allow_package_managers: true },
  packages: { type: 'packages', pip: ['no-such-package-for-sandboxes'] },
};

const MAKES_FILES =
  'mkdir -p d/empty d/deep && echo kept > d/deep/file && chmod 751 d/deep/file && ln -s ../d/deep/file link && ln d/deep/file hard && ' +
  'ln -s /etc/passwd outside && head -c 20000000 /dev/urandom > big && printf "%s" x > "odd name\n" && chmod 500 d/empty && touch -d 2001-02-03 old';
const SHOWS_FILES =
  'find . -printf "%p %y %m %l %n %TY\\n" | LC_ALL=C sort | sed "s/^[.] d .*/./"; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum';

const began = Date.now();
async function check(name: string, act: () => Promise<void>): Promise<void> {
  await act();
  console.log(`${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${name}`);
}

async function attacked(client: Anthropic, baseUrl: string): Promise<void> {
  const session = await ShellSession.create(client, 'attacked', NO_NETWORK);
  await check('the tools are a user without rights, the system is read-only, and what agents expect is there', () =>
    triesToBecomeSomebody(session),
  );
  await check('no credential is in their reach: environment, processes, memory, files', () =>
    triesToFindTheToken(session),
  );
  await check('the claim that an operator sees is used up', () => triesTheClaim(session, baseUrl));
  await check('a limited network reaches nothing, and the API nobody without a credential', () =>
    triesTheNetwork(session),
  );
  await check('taking all processes and all memory harms the command alone', () => triesToTakeEverything(session));
}

async function killed(client: Anthropic): Promise<void> {
  const session = await ShellSession.create(client, 'killed', NO_NETWORK);
  await session.run('echo up');
  await session.begin('touch begun; sleep 60');
  await untilThere(session.id, 'begun', BEGINS_WITHIN_MS);
  await podman('kill', ...(await containersOf(session.id)));
  await check('a container that is killed ends its call as an error, and the session goes on', async () => {
    const { text, isError } = await session.result();
    assert.equal(isError, true);
    assert.match(text, /may or may not/);
    assert.equal((await session.run('echo again')).text, 'again');
  });
}

/** What ECS does when Spot takes a machine back, or a task is stopped: a signal, and two minutes. */
async function interrupted(client: Anthropic): Promise<void> {
  const session = await ShellSession.create(client, 'interrupted', NO_NETWORK);
  await session.run('echo kept > note');
  await session.begin('echo begun > second; sleep 60');
  await untilThere(session.id, 'second', BEGINS_WITHIN_MS);
  const [container = ''] = await containersOf(session.id);
  await podman('stop', '--time', String(STOP_WITHIN_SECONDS), container);
  await check('a container that is asked to stop in the middle of a call says so, and saves the files', async () => {
    const { text, isError } = await session.result();
    assert.equal(isError, true);
    assert.match(text, /was stopped while the call ran/);
    assert.equal((await session.run('cat note second')).text, 'kept\nbegun');
  });
}

async function unpackaged(client: Anthropic): Promise<void> {
  const session = await ShellSession.create(client, 'unpackaged', NO_NETWORK_BUT_PACKAGES);
  await check('packages that cannot be installed are told of once, and the sandbox works', async () => {
    const first = await session.run('echo works');
    assert.equal(first.isError, true);
    assert.match(first.text, /could not be installed[^]*pip: [^]*no-such-package-for-sandboxes/);
    assert.equal((await session.run('echo works')).text, 'works');
  });
}

async function networked(client: Anthropic): Promise<void> {
  const session = await ShellSession.create(client, 'networked', { networking: { type: 'unrestricted' } });
  await check('an unrestricted network is there', async () => {
    const { text } = await session.run('ls /sys/class/net; getent hosts localhost > /dev/null && echo resolves');
    assert.match(text, /eth0\nlo\nresolves/);
  });
}

/** A limited session with a credential, and a server on this machine that it may reach by the gateway. */
async function proxied(client: Anthropic): Promise<void> {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['x-api-key']);
    response.end(JSON.stringify(request.headers));
  }).listen(0, PRIVATE_HOST);
  await once(server, 'listening');
  const networking = { type: 'limited' as const, allowed_hosts: [PRIVATE_HOST] };
  const vault = await client.beta.vaults.create({ display_name: 'proxied' });
  await client.beta.vaults.credentials.create(vault.id, {
    auth: { type: 'environment_variable', secret_name: 'API_TOKEN', secret_value: 'canary-51b0', networking },
  });
  const session = await ShellSession.create(client, 'proxied', { networking }, [vault.id]);
  await check('a limited network leads to its hosts, with a credential that the sandbox does not see', async () => {
    const url = `http://${PRIVATE_HOST}:${(server.address() as AddressInfo).port}/`;
    const { text } = await session.run(`env; curl -sS ${url} -H "X-Api-Key: $API_TOKEN"; curl -sS http://127.0.0.3/`);
    assert.deepEqual(keys, ['canary-51b0']);
    assert.doesNotMatch(text, /canary/);
    assert.match(text, /Host not in allowlist: 127\.0\.0\.3$/);
  });
  server.close();
}

/** @returns the session and its files, to be looked at again. */
async function rested(client: Anthropic): Promise<{ session: ShellSession; files: string }> {
  const session = await ShellSession.create(client, 'rested', NO_NETWORK);
  await session.run(MAKES_FILES);
  const { text: files } = await session.run(SHOWS_FILES);
  assert.match(files, /\.\/outside l 777 \/etc\/passwd/);
  await untilGone(session.id, IDLE_MS);
  await check('an idle sandbox goes by itself, and comes back with its files as they were', async () => {
    assert.equal((await session.run(SHOWS_FILES)).text, files);
    await session.run('echo 2 > second');
  });
  return { session, files };
}

const clientOf = ({ connection }: LocalSystem): Anthropic =>
  new Anthropic({ baseURL: connection.base_url, apiKey: connection.api_key });

async function main(image: string): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sandbox-container-'));
  const model = await startModelServer({ respond: shellModel });
  const start = (): Promise<LocalSystem> =>
    startLocal({
      dataDirectory,
      port: 0,
      model: { type: 'messages_api', baseUrl: model.url, apiKey: 'scripted' },
      sandboxImage: image,
      privateHosts: [PRIVATE_HOST],
      log: (line) => console.log(`          ${line}`),
    });
  let system = await start();
  try {
    const client = clientOf(system);
    const resting = rested(client);
    await Promise.all([
      attacked(client, system.connection.base_url),
      killed(client),
      interrupted(client),
      check('a sandbox of the warm pool has no more than a ticket until it is given work', () => waitsForWork(image)),
      unpackaged(client),
      networked(client),
      proxied(client),
    ]);
    await check('a sandbox whose one way is the door of the gateway works, and shows nobody its credential', () =>
      behindTheDoor(image),
    );
    const { session, files } = await resting;
    await system.close();
    assert.equal(await podman('ps', '--all', '--quiet'), '', 'no container is left');
    assert.equal(await podman('volume', 'ls', '--quiet'), '', 'no volume is left');
    system = await start();
    const again = ShellSession.open(clientOf(system), session.id);
    await check('a system that was stopped saves the files of its sandboxes', async () => {
      assert.equal((await again.run('cat second; rm second')).text, '2');
      assert.equal((await again.run(SHOWS_FILES)).text, files);
    });
  } finally {
    await system.close();
    await model.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

const [image] = process.argv.slice(2);
if (image === undefined) throw new Error('Name the image');
main(image).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
