/** The few calls to AWS that the functions make besides DynamoDB, each answered as AWS would and done on this machine. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxOrder } from '../../../runtime/sandbox/container-contract';
import type { ThreadRef } from '../../../runtime/store/records';

export interface AwsServices {
  readonly url: string;
  readonly secrets: Map<string, string>;
  close(): void;
}

export interface AwsServicesOptions {
  /** An asynchronous invocation. */
  readonly invoke: (functionName: string, qualifier: string, event: ThreadRef) => void;
  readonly runTask: (order: SandboxOrder, revision: string) => void;
}

export async function startAwsServices(options: AwsServicesOptions): Promise<AwsServices> {
  const secrets = new Map<string, string>();
  const server = createServer((request, response) => void answer(request, response, options, secrets));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, secrets, close: () => server.close() };
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations\?Qualifier=(\w+)$/;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { invoke, runTask }: AwsServicesOptions,
  secrets: Map<string, string>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const reply = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  };

  const invocation = INVOKE.exec(request.url ?? '');
  if (invocation) {
    reply(202, {});
    invoke(invocation[1] ?? '', invocation[2] ?? '', JSON.parse(text) as ThreadRef);
    return;
  }
  if (request.method === 'PUT') {
    // CloudFormation's answer to a custom resource.
    reply(200, {});
    return;
  }
  const body = JSON.parse(text || '{}') as Record<string, unknown>;
  const id = String(body.SecretId);
  switch (String(request.headers['x-amz-target']).split('.').pop()) {
    case 'GetSecretValue':
      if (secrets.has(id)) reply(200, { ARN: id, SecretString: secrets.get(id) });
      else reply(400, { __type: 'ResourceNotFoundException', Message: 'no value' });
      return;
    case 'PutSecretValue':
      secrets.set(id, String(body.SecretString));
      reply(200, { ARN: id });
      return;
    case 'RunTask':
      reply(200, { tasks: [{ taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/c/1' }], failures: [] });
      runTask(orderOf(body), String(body.taskDefinition));
      return;
    case 'ListTasks':
      reply(200, { taskArns: [] });
      return;
    default:
      reply(400, { __type: 'UnknownOperationException' });
  }
}

function orderOf(body: Record<string, unknown>): SandboxOrder {
  const { containerOverrides } = body.overrides as {
    containerOverrides: Array<{ environment: Array<{ value: string }> }>;
  };
  return JSON.parse(containerOverrides[0]?.environment[0]?.value ?? '{}') as SandboxOrder;
}
