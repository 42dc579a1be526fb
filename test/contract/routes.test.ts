import * as fc from 'fast-check';
import { ROUTES } from '../../runtime/contract/generated/routes';
import type { OperationName } from '../../runtime/contract/operations';
import { matchRoute } from '../../runtime/contract/routes';
import type { Route } from '../../runtime/contract/shape';

const routes = Object.entries(ROUTES) as [OperationName, Route][];

describe('matchRoute', () => {
  it.each(routes)('finds %s by its method and path', (operation, route) => {
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '');
    const pathname = names.reduce((path, name) => path.replace(`{${name}}`, `id-of-${name}`), route.path);
    expect(matchRoute(route.method, pathname)).toEqual({
      operation,
      path: Object.fromEntries(names.map((name) => [name, `id-of-${name}`])),
    });
  });

  it('has no way to delete an agent (reference 2)', () => {
    expect(matchRoute('DELETE', '/v1/agents/agent_1')).toBeUndefined();
  });

  it.each([
    ['GET', '/'],
    ['GET', ''],
    ['GET', '/v1'],
    ['GET', '/v1/agents/'],
    ['GET', '/v1//versions'],
    ['GET', '/v1/sessions/s/threads/t/events/stream'],
    ['GET', `/v1${'/agents'.repeat(10_000)}`],
    ['GET', `/v1/agents/${'a'.repeat(129)}`],
    ['GET', `/v1/agents/${'%61'.repeat(43)}`],
    ['get', '/v1/agents'],
    ['PATCH', '/v1/agents/agent_1'],
    ['GET', '/v1/constructor'],
    ['GET', '/__proto__/agents'],
  ])('knows nothing of %s %s', (method, pathname) => {
    expect(matchRoute(method, pathname)).toBeUndefined();
  });

  it('takes the word over the parameter, unless the method is served only with the parameter', () => {
    expect(matchRoute('GET', '/v1/environments/e/work/poll')?.operation).toBe('environments.work.poll');
    expect(matchRoute('GET', '/v1/environments/e/work/stats')?.operation).toBe('environments.work.stats');
    expect(matchRoute('POST', '/v1/environments/e/work/poll')).toEqual({
      operation: 'environments.work.update',
      path: { environment_id: 'e', work_id: 'poll' },
    });
  });

  it('decodes each segment once, and a slash in one does not make two', () => {
    expect(matchRoute('GET', '/v1/agents/a%2Fb%2525')?.path).toEqual({ agent_id: 'a/b%25' });
    expect(matchRoute('GET', '/v1/agents/%E0%A4%A')).toBeUndefined();
  });

  it('answers any text without throwing', () => {
    const segment = fc.oneof(fc.constantFrom('v1', 'sessions', 'events', 'work', 'poll', '%', '%zz', ''), fc.string());
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD'), fc.array(segment), (method, segments) => {
        const match = matchRoute(method, `/${segments.join('/')}`);
        expect(match === undefined || match.operation in ROUTES).toBe(true);
      }),
    );
  });
});
