import { systemClock } from '../../runtime/contract/time';
import { LiveStream } from '../../runtime/http/live-stream';
import { STREAM_SETTINGS } from '../../runtime/http/stream-settings';
import type { Principal } from '../../runtime/store/ports';
import { Api, WORKSPACE } from './api';

let api: Api;
beforeAll(async () => {
  api = await Api.open();
});
afterAll(() => api.close());

it('ends soon for a worker that a bell will tell, whose going is not noticed where streams are held', async () => {
  const { id } = await api.session();
  const session = await api.store.sessions.get(WORKSPACE, id);
  if (!session) throw new Error('there is no session');
  const settings = { ...STREAM_SETTINGS, maxAgeMs: 900, stopgapAgeMs: 100 };
  const ended: string[] = [];
  const read = async (who: string, principal: Principal, bell?: string): Promise<void> => {
    const context = { principal, requestId: 'req_1', now: systemClock.now() };
    const told = { ...session, ...(bell ? { runtime: { harness: '1', bell } } : {}) };
    const live = await LiveStream.open({ ...api.deps, settings }, context, told, { deltas: [], from: undefined });
    for await (const frames of live.frames()) expect(frames).toContain('ping');
    ended.push(who);
  };
  const worker = { kind: 'environment_key', workspace: WORKSPACE, environmentId: 'env_1', keyId: 'key_1' } as const;
  await Promise.all([
    read('a worker without a bell', worker),
    read('a worker with one', worker, 'wss://bell'),
    read('a client', { kind: 'api_key', workspace: WORKSPACE, keyId: 'key_2' }, 'wss://bell'),
  ]);
  expect(ended[0]).toBe('a worker with one');
});
