/** What stands before the model on AWS: it checks signatures and passes what they cover to a scripted Messages API. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Scripted } from '../support/scripted-model';
import { createScriptedModel, type ScriptedModel } from '../support/scripted-model';
import { chunkFrame, exceptionFrame } from './event-stream';
import { signedFor } from './signature';

const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Whose signatures it takes. */
export const identity = async () => ({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: SECRET_KEY,
  sessionToken: 'session-token',
});

export interface Passed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface ModelFront {
  readonly url: string;
  readonly model: ScriptedModel;
  /** What came with a good signature. */
  readonly passed: readonly Passed[];
  close(): Promise<void>;
}

export interface FrontOptions {
  /** `region/service` that a signature must be for. */
  readonly scope: string;
  /** Whether it speaks as Bedrock does, in frames. */
  readonly frames?: boolean;
  /** Refuses every request as AWS does. */
  readonly refusal?: { readonly status: number; readonly type: string; readonly message: string };
  /** Fails with this exception after the first frame. */
  readonly breaksWith?: { readonly type: string; readonly message: string };
}

export async function startFront(script: readonly Scripted[], options: FrontOptions): Promise<ModelFront> {
  const model = await createScriptedModel(script);
  const passed: Passed[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '', headers } = request;
      const body = await text(request);
      if (signedFor({ method, url, headers, body }, SECRET_KEY) !== options.scope) {
        return refuse(response, 403, 'InvalidSignatureException', 'The signature does not match.');
      }
      if (options.refusal)
        return refuse(response, options.refusal.status, options.refusal.type, options.refusal.message);
      const parsed = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
      passed.push({ path: url, headers, body: parsed });
      if (options.frames) return answerInFrames(model.url, url, parsed, response, options);
      return pass(model.url, url, method, headers, body, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    model,
    passed,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await model.close();
    },
  };
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ message }));
}

async function pass(
  target: string,
  url: string,
  method: string,
  headers: IncomingHttpHeaders,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const { 'anthropic-version': version = '', 'anthropic-beta': betas } = headers;
  const answer = await fetch(target + url, {
    method,
    headers: {
      'content-type': 'application/json',
      'anthropic-version': String(version),
      'x-api-key': 'any',
      ...(betas === undefined ? {} : { 'anthropic-beta': String(betas) }),
    },
    ...(body === '' ? {} : { body }),
  });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** Bedrock takes model, version and betas elsewhere than the Messages API does; apart from that, the request is the same. */
async function answerInFrames(
  target: string,
  url: string,
  { anthropic_version: version, anthropic_beta: betas, ...rest }: Record<string, unknown>,
  response: ServerResponse,
  { breaksWith }: FrontOptions,
): Promise<void> {
  const model = decodeURIComponent(/^\/model\/([^/]+)\/invoke-with-response-stream$/.exec(url)?.[1] ?? '');
  if (model === '') return refuse(response, 404, 'ResourceNotFoundException', `There is nothing at ${url}`);
  if (version === undefined) return refuse(response, 400, 'ValidationException', 'anthropic_version: Field required');
  const answer = await fetch(`${target}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'x-api-key': 'any',
      ...(Array.isArray(betas) ? { 'anthropic-beta': betas.join(',') } : {}),
    },
    body: JSON.stringify({ ...rest, model, stream: true }),
  });
  const answered = await answer.text();
  if (!answer.ok) return refuse(response, answer.status, 'ValidationException', answered);
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  for (const [, event = ''] of answered.matchAll(/^data: (.*)$/gm)) {
    response.write(chunkFrame(event));
    if (breaksWith) {
      response.end(exceptionFrame(breaksWith.type, breaksWith.message));
      return;
    }
  }
  response.end();
}
