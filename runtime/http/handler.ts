import { ApiError, notFound, unauthenticated } from '../contract/errors';
import { ROUTES } from '../contract/generated/routes';
import { isId } from '../contract/ids';
import type { OperationName } from '../contract/operations';
import { matchRoute, type RouteMatch } from '../contract/routes';
import type { Micros } from '../contract/time';
import { validateInput, type RawInput } from '../contract/validate';
import { hashOfSecret, isWarmTicket } from '../resources/keys';
import type { RequestContext, ResourceDeps } from '../resources/ports';
import type { RequestFact } from '../telemetry/facts';
import { answer, internalError, refuse } from './answers';
import { createAuthenticator, secretOf } from './authentication';
import { authorize, checkVersion, checkWorkspace, refusalOf } from './authorization';
import { createOperations, type ServedOperations } from './operations';
import { readJsonBody } from './request-body';
import { createSandboxRoutes, type SandboxOperation } from './sandbox-routes';
import { STREAM_SETTINGS, type StreamSettings } from './stream-settings';

/** A request of the API to its answer. Never rejects. */
export type Handler = (request: Request) => Promise<Response>;

export interface HandlerOptions {
  /** How streams behave; what is left out is as production has it. */
  readonly stream?: Partial<StreamSettings>;
  /** How long a credential that was found is not looked up again. @default - half a minute, which saves most reads */
  readonly rememberKeysFor?: Micros;
}

const METHODS = ['GET', 'POST', 'DELETE'] as const;

/**
 * The API as one function of web standards, for any runtime that can make a `Request`. The order of its checks is the
 * service's (recorded where the reference says so): route, credential, workspace, validation, operation.
 */
export function createHandler(deps: ResourceDeps, options: HandlerOptions = {}): Handler {
  const authenticator = createAuthenticator(deps.store.keys, deps.clock, options.rememberKeysFor);
  const settings = { ...STREAM_SETTINGS, ...options.stream };
  const operations = createOperations({ ...deps, settings });
  const sandboxRoutes = createSandboxRoutes(deps);

  async function serve(request: Request, { operation, path }: RouteMatch, url: URL, requestId: string) {
    const { headers } = request;
    const principal = await authenticator.authenticate(headers, refusalOf(operation));
    authorize(principal, operation);
    checkWorkspace(principal, headers);
    checkVersion(headers);
    if (!operations[operation]) throw notServed(operation);
    const body = ROUTES[operation].body ? await readJsonBody(request) : undefined;
    const context = { principal, requestId, now: deps.clock.now() };
    return operate(operations, operation, context, { path, query: url.searchParams, body, headers });
  }

  async function serveSandbox({ headers, body }: Request, operation: SandboxOperation): Promise<Response> {
    const secret = secretOf(headers) ?? '';
    if (operation.takes === 'ticket') {
      if (!isWarmTicket(secret)) throw unauthenticated();
      return answer(await operation.run(hashOfSecret(secret)));
    }
    const principal = await authenticator.authenticate(headers);
    const caller = { principal, secretHash: hashOfSecret(secret) };
    return answer(await operation.run(caller, { ...(body && (await readJsonBody({ headers, body }))) }));
  }

  return async (request) => {
    const requestId = deps.ids.make('request');
    const startedAt = deps.clock.now();
    const url = new URL(request.url);
    const match = matchRoute(request.method === 'HEAD' ? 'GET' : request.method, url.pathname);
    const forSandbox = sandboxRoutes.get(`${request.method} ${url.pathname}`);
    let response: Response;
    let failure: unknown;
    try {
      if (match) response = await serve(request, match, url, requestId);
      else if (forSandbox) response = await serveSandbox(request, forSandbox);
      else response = unmatched(request.method, url.pathname);
    } catch (error) {
      if (!(error instanceof ApiError)) failure = error;
      response = refuse(error instanceof ApiError ? error : internalError(), requestId);
    }
    response.headers.set('request-id', requestId);
    const { method } = request;
    const { status } = response;
    // A sandbox's own routes are few, and their paths have no parameters.
    const named = { operation: forSandbox && url.pathname, ...namedBy(match) };
    const about = { requestId, method, ...named, status, startedAt, endedAt: deps.clock.now() };
    deps.observe?.({ type: 'request', ...about, error: failure });
    return request.method === 'HEAD' ? headOf(response) : response;
  };
}

/** What the log tells of a route: no text of the caller's but an id. */
function namedBy(match: RouteMatch | undefined): Partial<Pick<RequestFact, 'operation' | 'sessionId'>> {
  if (!match) return {};
  const { session_id: sessionId = '' } = match.path;
  return { operation: match.operation, ...(isId('session', sessionId) ? { sessionId } : {}) };
}

async function operate<O extends OperationName>(
  operations: ServedOperations,
  operation: O,
  context: RequestContext,
  raw: RawInput,
): Promise<Response> {
  const input = validateInput(operation, raw);
  const result = await operations[operation]?.(context, input);
  return result instanceof Response ? result : answer(result);
}

/** A path that has no such method reads as an unknown one (reference 2); only OPTIONS may ask which it has. */
function unmatched(method: string, pathname: string): Response {
  const allowed = METHODS.filter((candidate) => matchRoute(candidate, pathname));
  if (method !== 'OPTIONS' || allowed.length === 0) throw notFound('Not found');
  if (allowed.includes('GET')) return allow([...allowed, 'HEAD', 'OPTIONS']);
  return allow([...allowed, 'OPTIONS']);
}

const allow = (methods: readonly string[]): Response =>
  new Response(null, { status: 204, headers: { allow: methods.join(', ') } });

function notServed(operation: OperationName): ApiError {
  const { method, path } = ROUTES[operation];
  return notFound(`${method} ${path} belongs to the API, but this server does not serve it yet.`);
}

/** What HEAD answers: all but the body, which a stream must not go on producing. */
async function headOf(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}
