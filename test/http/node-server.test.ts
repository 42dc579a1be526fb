import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { listen, type RunningServer } from '../../runtime/http/node-server';
import { eventually } from '../support/eventually';
import { ownClock } from '../support/own-clock';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Writes raw bytes to the server and collects what it says until it hangs up. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

test('a server on this machine is reached from this machine alone', async () => {
  server = await listen(async () => new Response('ok'), { port: 0 });
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(server.url)).text()).toBe('ok');
});

test('a request arrives with its method, path, headers and body', async () => {
  server = await listen(
    async (request) =>
      Response.json({
        method: request.method,
        path: new URL(request.url).pathname + new URL(request.url).search,
        header: request.headers.get('x-one'),
        body: await request.text(),
      }),
    { port: 0 },
  );
  const response = await fetch(`${server.url}/v1/a?b[]=c`, { method: 'POST', body: 'hä?', headers: { 'x-one': '1' } });
  expect(await response.json()).toEqual({ method: 'POST', path: '/v1/a?b[]=c', header: '1', body: 'hä?' });
});

test('an answer is taken from the handler no faster than the client takes it', async () => {
  let produced = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        produced += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    },
    { highWaterMark: 0 },
  );
  server = await listen(async () => new Response(body), { port: 0 });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually(() => produced > 0);
  // The buffers on the way are filled first.
  let before = 0;
  for (; before !== produced; await pause(300)) before = produced;
  await pause(300);
  expect(produced).toBe(before);
  socket.destroy();
});

test('a client that goes away ends the body at once', async () => {
  const clock = ownClock();
  let ended: number | undefined;
  const body = new ReadableStream({
    pull: (controller) => pause(20).then(() => controller.enqueue(new TextEncoder().encode('x'))),
    cancel: () => void (ended = clock.turns()),
  });
  server = await listen(async () => new Response(body), { port: 0 });
  const leaving = new AbortController();
  const response = await fetch(server.url, { signal: leaving.signal });
  await response.body?.getReader().read();
  const left = clock.turns();
  expect(ended).toBeUndefined();
  leaving.abort();
  await eventually(() => ended !== undefined);
  clock.stop();
  expect((ended ?? Infinity) - left).toBeLessThan(20);
});

test('what has no form in web standards is refused and harms nobody', async () => {
  server = await listen(async () => new Response('ok'), { port: 0 });
  expect(await raw(server.url, 'TRACE / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 .*"invalid_request_error"/s,
  );
  expect(await raw(server.url, 'GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400/,
  );
  expect(await raw(server.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
  expect(await raw(server.url, 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n')).not.toMatch(/200/);
  expect(await (await fetch(server.url)).text()).toBe('ok');
});

test('a client that was answered early may not go on sending', async () => {
  server = await listen(async () => new Response('no', { status: 413 }), { port: 0 });
  const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n';
  const clock = ownClock();
  expect(await raw(server.url, `${head}some`)).toMatch(/^HTTP\/1\.1 413/);
  clock.stop();
  expect(clock.turns()).toBeLessThan(350);
});

test('closing ends open answers too', async () => {
  const endless = new ReadableStream({
    pull: (controller) => pause(50).then(() => controller.enqueue(new Uint8Array(1))),
  });
  server = await listen(async () => new Response(endless), { port: 0 });
  const response = await fetch(server.url);
  const reading = response.arrayBuffer().catch(() => 'cut');
  await server.close();
  server = undefined;
  expect(await reading).toBe('cut');
});
