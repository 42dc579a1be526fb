/** A container that was started before anybody wanted it, in front of an API that the test plays. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { ORDER_VARIABLE, type WarmOrder } from '../../../runtime/sandbox/container-contract';

const ASSIGNMENT = { environmentId: 'env_1', workId: 'work_1', sessionId: 'sesn_1', claim: 'the-claim' };

/** It asks with its ticket until there is work, shows the claim that it is given then, and ends when that is refused. */
export async function waitsForWork(image: string): Promise<void> {
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    const isClaim = url === '/v1/sandbox/claim';
    const assignment = asked.length < 3 ? null : ASSIGNMENT;
    response.writeHead(isClaim ? 409 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isClaim ? {} : { type: 'warm_assignment', assignment }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const order: WarmOrder = { baseUrl: `http://127.0.0.1:${port}`, ticket: 'the-ticket', maxIdleMs: 1_000 };
  const variable = `${ORDER_VARIABLE}=${JSON.stringify(order)}`;
  const run = ['run', '--rm', '--init', '--network=host', '--read-only', '--read-only-tmpfs=false', '--env', variable];
  const ended: unknown = await promisify(execFile)('podman', [...run, image]).catch((error: unknown) => error);
  server.close();
  assert.match((ended as { stderr: string }).stderr, /the worker ended: .*status 409/);
  const asking = '/v1/sandbox/assignment Bearer the-ticket';
  assert.deepEqual(asked, [asking, asking, asking, '/v1/sandbox/claim Bearer the-claim']);
}
