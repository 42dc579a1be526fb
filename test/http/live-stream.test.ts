import { systemClock } from '../../runtime/contract/time';
import { LiveStream } from '../../runtime/http/live-stream';
import { STREAM_SETTINGS } from '../../runtime/http/stream-settings';
import type { Principal } from '../../runtime/store/ports';
import type { SessionRecord } from '../../runtime/store/records';
import { Api, WORKSPACE } from './api';

let api: Api;
beforeAll(async () => {
  api = await Api.open();
});
afterAll(() => api.close());

async function sessionOf(kind: 'cloud' | 'self_hosted'): Promise<SessionRecord> {
  const { id } = await api.session(kind);
  const session = await api.store.sessions.get(WORKSPACE, id);
  if (!session) throw new Error('there is no session');
  return session;
}

it('ends soon for a sandbox that a bell will tell, whose going is not noticed where streams are held', async () => {
  const [ours, own] = [await sessionOf('cloud'), await sessionOf('self_hosted')];
  const settings = { ...STREAM_SETTINGS, maxAgeMs: 900, stopgapAgeMs: 100 };
  const ended: string[] = [];
  const read = async (who: string, principal: Principal, session = ours, bell?: string): Promise<void> => {
    const context = { principal, requestId: 'req_1', now: systemClock.now() };
    const told = { ...session, ...(bell ? { runtime: { harness: '1', bell } } : {}) };
    const live = await LiveStream.open({ ...api.deps, settings }, context, told, { deltas: [], from: undefined });
    for await (const frames of live.frames()) expect(frames).toContain('ping');
    ended.push(who);
  };
  const worker = { kind: 'environment_key', workspace: WORKSPACE, environmentId: 'env_1', keyId: 'key_1' } as const;
  await Promise.all([
    read('a sandbox without a bell', worker),
    read('a sandbox with one', worker, ours, 'wss://bell'),
    read("a user's own worker, whom no bell will tell", worker, own, 'wss://bell'),
    read('a client', { kind: 'api_key', workspace: WORKSPACE, keyId: 'key_2' }, ours, 'wss://bell'),
  ]);
  expect(ended[0]).toBe('a sandbox with one');
  expect(ended).toHaveLength(4);
});
