import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listedModels } from '../../model/catalogue';
import { endOf, eventsOf, prepareAnswer, type Answer } from './answer';
import { refusedRequest, type AnswerPlan, type ErrorPlan, type Respond } from './plan';
import { placeBlocks, preambleOf } from './prefix';
import { PromptCache } from './prompt-cache';
import { conversationProblem, formProblem, isWellFormed, turnsOf } from './request-check';

const MAX_BODY_BYTES = 32 * 1024 * 1024;
const LOOPBACK = '127.0.0.1';
const DEFAULT_BETWEEN_MS = 4;

/** A server of the Messages API on this machine. */
export interface ModelServer {
  /** The base URL for clients, without a path. */
  readonly url: string;
  /** Ends every open answer and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves the Messages API (`POST /v1/messages`, streamed or whole, and the models) on a free port of the loopback interface.
 * `respond` says what is answered; all else is as with the real API: which requests are refused and how, ids, signatures of
 * thinking, counts of tokens and of what a prompt cache would have held, and the order of a stream's events.
 */
export async function startModelServer(options: { respond: Respond }): Promise<ModelServer> {
  const cache = new PromptCache();
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    handle(options.respond, cache, request, response, gone.signal).catch(() => {
      if (response.headersSent) response.destroy();
      else sendError(response, errorPlan(500, 'api_error', 'Internal server error'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The model server has no port');
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  respond: Respond,
  cache: PromptCache,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://model');
  if (!hasCredential(request)) {
    return sendError(response, errorPlan(401, 'authentication_error', 'x-api-key header is required'));
  }
  if (request.method === 'POST' && pathname === '/v1/messages') {
    const body = await readBody(request);
    return answer(respond, cache, body, request.headers['anthropic-beta'], response, gone);
  }
  if (request.method === 'GET' && pathname === '/v1/models') {
    const data = listedModels();
    return sendJson(response, 200, {
      data,
      has_more: false,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
    });
  }
  const modelId = /^\/v1\/models\/([^/]+)$/.exec(pathname)?.[1];
  if (request.method === 'GET' && modelId !== undefined) {
    const model = listedModels().find(({ id }) => id === modelId);
    if (model) return sendJson(response, 200, model);
    return sendError(response, errorPlan(404, 'not_found_error', `model: ${modelId}`));
  }
  return sendError(response, errorPlan(404, 'not_found_error', 'Not found'));
}

const hasCredential = ({ headers }: IncomingMessage): boolean =>
  Boolean(headers['x-api-key']) || /^Bearer \S/.test(headers.authorization ?? '');

const errorPlan = (status: number, type: string, message: string): ErrorPlan => ({ error: { status, type, message } });

/** The body's text, or undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

async function answer(
  respond: Respond,
  cache: PromptCache,
  text: string | undefined,
  betaHeader: string | string[] | undefined,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  if (text === undefined) {
    return sendError(response, errorPlan(413, 'request_too_large', 'Request exceeds the maximum size'));
  }
  const body = parseJson(text);
  if (!isWellFormed(body)) return sendError(response, refusedRequest(formProblem(body) ?? 'Invalid request'));
  const turns = turnsOf(body.messages);
  const preamble = preambleOf(body);
  const blocks = placeBlocks(preamble, turns);
  const problem = conversationProblem(body, turns, blocks);
  if (problem !== undefined) return sendError(response, refusedRequest(problem));
  const betas = [betaHeader ?? []].flat().flatMap((value) => value.split(',').map((beta) => beta.trim()));
  const plan = await respond({ ...body, betas }, gone);
  if ('error' in plan) return sendError(response, plan);
  const prompt = cache.count(preamble, blocks, body.cache_control != null, Date.now());
  const ready = prepareAnswer(body, preamble, turns, plan, prompt);
  if (plan.beforeMs !== undefined) await pause(plan.beforeMs, undefined, { signal: gone });
  if (!body.stream) return sendJson(response, 200, ready.message);
  return stream(response, plan, ready, gone);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function stream(response: ServerResponse, plan: AnswerPlan, ready: Answer, gone: AbortSignal): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': requestId(),
  });
  const send = (event: { type: string }): void => {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  for (const event of eventsOf(ready)) {
    send(event);
    if (event.type === 'message_start') send({ type: 'ping' });
    if (event.type === 'content_block_delta') {
      await pause(plan.betweenMs ?? DEFAULT_BETWEEN_MS, undefined, { signal: gone });
    }
  }
  if (plan.breaksWith === 'silence') {
    response.destroy();
    return;
  }
  if (plan.breaksWith) {
    send(errorBody(plan.breaksWith, 'The answer broke off'));
  } else {
    for (const event of endOf(ready)) send(event);
  }
  response.end();
}

const requestId = (): string => `req_01${randomBytes(12).toString('hex').slice(0, 22)}`;

const errorBody = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: null });

function sendError(response: ServerResponse, { error, headers }: ErrorPlan): void {
  sendJson(response, error.status, { ...errorBody(error.type, error.message), request_id: requestId() }, headers);
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': requestId(), ...headers });
  response.end(JSON.stringify(body));
}
