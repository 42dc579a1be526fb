/** What every answer must be, whatever was asked. */
import type { Drawn } from './requests';
import type { RawAnswer } from './wire';
import type { World } from './world';

const STACK = /\bat .+\.(?:js|ts):\d+|node_modules|\/(?:tmp|home|work)\//;

/** A body so long that a server which does not want it need not read it to its end. */
const UNWANTED_BYTES = 1_000_000;

/** What is wrong with an answer. */
export function judge(request: Drawn, answer: RawAnswer | Error, world: World): string[] {
  if (answer instanceof Error) {
    // Who goes on sending after the answer may lose it with the connection.
    const wasCutOff = request.body.length > UNWANTED_BYTES && /EPIPE|ECONNRESET/.test(answer.message);
    return wasCutOff ? [] : [`no answer: ${answer.message}`];
  }
  const { status, body, headers } = answer;
  const problems: string[] = [];
  if (!(status >= 200 && status < 500)) problems.push(`status ${status}`);
  if (!/^req_\w+$/.test(headers.get('request-id') ?? '')) problems.push('no request id');
  if (request.method !== 'HEAD' && status >= 400) problems.push(...judgeError(answer));
  if (headers.has('x-injected') || headers.has('x')) problems.push('a header was injected');
  const { workspace } = request.credential;
  if (workspace !== 'ours' && body.includes(world.canaries.ours)) problems.push('our workspace leaks');
  if (workspace !== 'theirs' && body.includes(world.canaries.theirs)) problems.push('their workspace leaks');
  if (isSecretShown(body, world)) problems.push('a secret is shown');
  if (status >= 400 && STACK.test(body)) problems.push('the inside shows');
  return problems;
}

/** The API's envelope, with the id that the header has. */
function judgeError({ status, body, headers }: RawAnswer): string[] {
  let value: { type?: unknown; request_id?: unknown; error?: { type?: unknown; message?: unknown } };
  try {
    value = JSON.parse(body) as typeof value;
  } catch {
    return [`status ${status} without the envelope`];
  }
  const { type, request_id: requestId, error } = value;
  const isEnvelope = type === 'error' && typeof error?.type === 'string' && typeof error.message === 'string';
  if (!isEnvelope) return [`status ${status} without the envelope`];
  return requestId === headers.get('request-id') ? [] : ['the envelope has another request id'];
}

export const isSecretShown = (text: string, world: World): boolean =>
  world.credentials.some(({ secret }) => secret !== undefined && text.includes(secret));
