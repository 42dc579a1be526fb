import { ApiError } from '../../runtime/contract/errors';
import type { WorkspaceArchives } from '../../runtime/resources/ports';
import type { SandboxCaller } from '../../runtime/resources/sandbox-access';
import { beginSave, completeSave, workspaceSources } from '../../runtime/resources/sandbox-workspace';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { SessionRecord } from '../../runtime/store/records';
import { sessionToken, tokenOf, WorkWorld } from './work-world';

/** Archives by key; a URL is the key. */
class Archives implements WorkspaceArchives {
  readonly maxBytes = 1_000;
  readonly there = new Set<string>();
  uploadUrl = async (key: string): Promise<string> => key;
  downloadUrl = async (key: string): Promise<string> => key;
  has = async (key: string): Promise<boolean> => this.there.has(key);
  delete = async (key: string): Promise<void> => void this.there.delete(key);
}

let world: WorkWorld;
let session: SessionRecord;
let archives: Archives;
let caller: SandboxCaller;

beforeAll(async () => void (world = await WorkWorld.open()));
afterAll(() => world.close());
beforeEach(async () => {
  session = await world.session('cloud');
  archives = new Archives();
  await start();
});

const deps = () => ({ store: world.store, workspaces: archives });

/** Lets a worker of the session come to life; from then on it is the caller. */
async function start(): Promise<void> {
  await world.queue.want(session);
  const work = await world.work(session);
  const { sessions_token } = tokenOf(world.starts.at(-1)?.secret ?? '');
  caller = { principal: sessionToken(work), secretHash: hashOfSecret(sessions_token) };
  const path = { environment_id: work.environmentId, work_id: work.id };
  await world.call('environments.work.heartbeat', { path, as: caller.principal });
}

async function save(): Promise<string> {
  const { url } = await beginSave(deps(), caller, 10);
  archives.there.add(url);
  await completeSave(deps(), caller);
  return url;
}

async function refusal(run: () => Promise<unknown>): Promise<number> {
  const error = await run().catch((reason: unknown) => reason);
  if (error instanceof ApiError) return error.status;
  throw new Error('it was not refused');
}

describe("a session's files", () => {
  it('are nothing at first, and what was saved last from then on', async () => {
    expect(await workspaceSources(deps(), caller)).toEqual({ type: 'workspace', urls: [] });
    const first = await save();
    expect((await workspaceSources(deps(), caller)).urls).toEqual([first]);
  });

  it('are kept twice, the newest first, and older archives are deleted', async () => {
    const [, second, third] = [await save(), await save(), await save()];
    expect((await workspaceSources(deps(), caller)).urls).toEqual([third, second]);
    expect([...archives.there].toSorted()).toEqual([second, third].toSorted());
  });

  it('stay as they were when an upload does not arrive, and the next one takes its place', async () => {
    const saved = await save();
    const { url: lost } = await beginSave(deps(), caller, 10);
    expect(await refusal(() => completeSave(deps(), caller))).toBe(409);
    archives.there.add(lost);
    const next = await save();
    expect((await workspaceSources(deps(), caller)).urls).toEqual([next, saved]);
    expect(archives.there.has(lost)).toBe(false);
  });

  it('stay as they were when another upload is begun while one is being completed', async () => {
    const saved = await save();
    const { url } = await beginSave(deps(), caller, 10);
    archives.there.add(url);
    archives.has = async () => {
      await beginSave(deps(), caller, 10);
      return true;
    };
    expect(await refusal(() => completeSave(deps(), caller))).toBe(409);
    expect((await workspaceSources(deps(), caller)).urls).toEqual([saved]);
  });

  it('outlive the worker that saved them', async () => {
    const saved = await save();
    const { environmentId, id } = await world.work(session);
    const path = { environment_id: environmentId, work_id: id };
    await world.call('environments.work.stop', { path, body: { force: true }, as: caller.principal });
    await start();
    expect((await workspaceSources(deps(), caller)).urls).toEqual([saved]);
  });

  it('cannot be overwritten by a worker whose item is in other hands, or has stopped', async () => {
    const old = caller;
    const { url } = await beginSave(deps(), old, 10);
    archives.there.add(url);
    const { environmentId, id } = await world.work(session);
    const path = { environment_id: environmentId, work_id: id };
    await world.call('environments.work.stop', { path, body: { force: true }, as: old.principal });
    expect(await refusal(() => beginSave(deps(), old, 10))).toBe(409);
    await start();
    expect(await refusal(() => completeSave(deps(), old))).toBe(409);
    expect((await workspaceSources(deps(), caller)).urls).toEqual([]);
  });

  it('go with the session when it is deleted, and stay when it is archived', async () => {
    await save();
    await beginSave(deps(), caller, 10);
    const queue = world.other({ workspaces: archives });
    await queue.end(session, { discard: false });
    expect(archives.there.size).toBe(1);
    await queue.end(session, { discard: true });
    expect(archives.there.size).toBe(0);
  });

  it('may have a certain size', async () => {
    expect(await refusal(() => beginSave(deps(), caller, 1_001))).toBe(413);
    for (const bytes of [0, -1, 1.5, '10', null, undefined]) {
      expect(await refusal(() => beginSave(deps(), caller, bytes))).toBe(400);
    }
  });

  it('are the business of the token of the item alone', async () => {
    const { workspace } = session;
    const stranger: SandboxCaller = { ...caller, principal: { kind: 'api_key', workspace, keyId: 'apikey_1' } };
    expect(await refusal(() => workspaceSources(deps(), stranger))).toBe(403);
    expect(await refusal(() => workspaceSources({ store: world.store }, caller))).toBe(404);
  });
});
