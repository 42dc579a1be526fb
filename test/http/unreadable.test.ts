import { connect } from 'node:net';
import { listen, type RunningServer } from '../../runtime/http/node-server';

let server: RunningServer;
beforeAll(async () => {
  server = await listen(
    async (request) => {
      if (request.url.endsWith('/endless'))
        return new Response(new ReadableStream({ start: (c) => c.enqueue('begun') }));
      return new Response(await request.text().catch(() => 'cut short'));
    },
    { port: 0 },
  );
});
afterAll(() => server.close());

/** What the server says to these bytes until it hangs up. */
async function answerTo(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

test.each([
  ['a method that does not exist', 'NONSENSE / HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  ['another protocol', '\u0016\u0003\u0001\u0002\u0000\r\n\r\n', 400],
  ['a tunnel', 'CONNECT elsewhere:443 HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  ['a header with a line break in it', 'GET / HTTP/1.1\r\nhost: x\r\na: 1\rb: 2\r\n\r\n', 400],
  ['too many headers', `GET / HTTP/1.1\r\nhost: x\r\na: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ['a body that is no chunk', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n', 400],
  ['an expectation', 'GET / HTTP/1.1\r\nhost: x\r\nexpect: the unexpected\r\nconnection: close\r\n\r\n', 417],
])('%s is refused in the envelope', async (_, request, status) => {
  const [head = '', body = ''] = (await answerTo(request)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  const json = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
  expect(json).toEqual({
    type: 'error',
    error: { type: 'invalid_request_error', message: expect.any(String) },
    request_id: /request-id: (\S+)/.exec(head)?.[1],
  });
});

test('a request without a host is served', async () => {
  expect(await answerTo('POST / HTTP/1.1\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi')).toMatch(
    /^HTTP\/1.1 200 [^]*hi/,
  );
});

test('nothing is written into an answer that has begun', async () => {
  const answer = await answerTo('GET /endless HTTP/1.1\r\nhost: x\r\n\r\n\u0000nonsense\r\n\r\n');
  expect(answer).not.toContain('"error"');
});
