import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call to AWS as it came over the wire. */
export interface AwsCall {
  readonly method: string;
  readonly path: string;
  /** The operation's name, where the protocol has it in a header. */
  readonly target: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface AwsAnswer {
  readonly status?: number;
  readonly body?: string | object;
}

/** A server that the official clients take for AWS: it notes every call and answers as the test says. */
export interface AwsServer {
  readonly calls: AwsCall[];
  /** For the constructor of any client. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  close(): void;
}

export async function startAwsServer(answer: (call: AwsCall) => AwsAnswer | Promise<AwsAnswer>): Promise<AwsServer> {
  const calls: AwsCall[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const call: AwsCall = {
      method: request.method ?? '',
      path: request.url ?? '',
      target: String(request.headers['x-amz-target'] ?? '').split('.')[1],
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    calls.push(call);
    const { status = 200, body = {} } = await answer(call);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    config: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
