/** API Gateway in small: turns requests into proxy events for two functions, and their answers into responses. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { RestEvent, RestResult } from '../../../runtime/aws/rest-event';
import type { LambdaFunction } from './runtime';

const STREAMED = /^\/v1\/sessions\/[^/]+\/(events|threads\/[^/]+)\/stream$/;
/** What stands between the prelude (status and headers, as JSON) and the body of a streamed answer. */
const PRELUDE_END = Buffer.alloc(8);

export interface Gateway {
  readonly url: string;
  close(): void;
}

/** What is deployed at the time of a request. */
export type Deployed = () => { readonly api: LambdaFunction; readonly stream: LambdaFunction };

export async function startGateway(functions: Deployed): Promise<Gateway> {
  const server = createServer((request, response) => {
    serve(functions, request, response).catch((error: unknown) => {
      if (server.listening) console.error(error);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(functions: Deployed, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const event = await toEvent(request);
  const path = event.requestContext.path ?? '';
  if (request.method === 'GET' && STREAMED.test(path)) {
    await relay(await functions().stream.invoke(event), response);
    return;
  }
  const answer = JSON.parse(await textOf(await functions().api.invoke(event))) as RestResult;
  response.writeHead(answer.statusCode, answer.multiValueHeaders as Record<string, string[]>);
  response.end(Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8'));
}

async function toEvent(request: IncomingMessage): Promise<RestEvent> {
  const url = new URL(request.url ?? '/', 'http://gateway');
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
  const headers: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = values ?? [];
  const body = await textOf(request);
  return {
    httpMethod: request.method ?? 'GET',
    // The stage is no part of the path that API Gateway reports here.
    path: url.pathname.replace(/^\/v1/, ''),
    requestContext: { path: url.pathname },
    multiValueHeaders: headers,
    multiValueQueryStringParameters: query,
    body: body === '' ? null : body,
    isBase64Encoded: false,
  };
}

/** Passes each piece on as it comes; the prelude may come in pieces too. */
async function relay(answer: Readable, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (!head) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(PRELUDE_END);
    if (end < 0) continue;
    const prelude = JSON.parse(head.subarray(0, end).toString()) as {
      statusCode: number;
      headers: Record<string, string>;
    };
    response.writeHead(prelude.statusCode, prelude.headers);
    response.flushHeaders();
    const rest = head.subarray(end + PRELUDE_END.length);
    if (rest.length > 0) response.write(rest);
    head = undefined;
  }
  response.end();
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
