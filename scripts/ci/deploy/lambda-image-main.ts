/**
 * The program of the image that stands in for Lambda's Node 24: takes invocations over HTTP, as AWS's runtime interface
 * emulator does, and hands them to the official runtime client. Each container serves one invocation after another.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LambdaFunction } from '../lambda-runtime/runtime';

const PORT = 8080;
const DIRECTORY = '/var/task';
const CLIENT = '/opt/client/index.mjs';

/** How the emulator tells a function's limit, in seconds. */
const TIMEOUT = '_LAMBDA_TIMEOUT';

const environment = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);

const lambda = new LambdaFunction({
  name: environment.AWS_LAMBDA_FUNCTION_NAME ?? '',
  version: environment.AWS_LAMBDA_FUNCTION_VERSION ?? '$LATEST',
  directory: DIRECTORY,
  node: process.execPath,
  client: CLIENT,
  environment,
  timeoutMs: Number(environment[TIMEOUT]) * 1_000,
  memoryMiB: Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
  log: (line) => console.log(line),
});

/** What stands between the prelude (status and headers, as JSON) and the body of a streamed answer. */
const PRELUDE_END = Buffer.alloc(8);

/** A whole answer as the emulator's API Gateway takes it: it knows nothing of preludes. */
function bufferedAnswer(bytes: Buffer): Buffer {
  const end = bytes.indexOf(PRELUDE_END);
  if (end < 0) return bytes;
  const prelude = JSON.parse(bytes.subarray(0, end).toString()) as object;
  const body = bytes.subarray(end + PRELUDE_END.length).toString('utf8');
  return Buffer.from(JSON.stringify({ ...prelude, body, isBase64Encoded: false }));
}

async function answer(event: unknown): Promise<Buffer> {
  const chunks: Buffer[] = await (await lambda.invoke(event)).toArray();
  return bufferedAnswer(Buffer.concat(chunks));
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = await request.toArray();
  try {
    response.end(await answer(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(message);
    response.setHeader('x-amz-function-error', 'Unhandled');
    response.end(JSON.stringify({ errorMessage: message, errorType: 'Runtime.Error' }));
  }
}

createServer((request, response) => void serve(request, response)).listen(PORT);
