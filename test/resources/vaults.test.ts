import { nearMiss } from '../support/near-miss';
import { Service, elsewhere, home } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const create = (body: Record<string, unknown> = {}, of: Service = service) =>
  of.call('vaults.create', { body: { display_name: 'v', ...body } });
const bearer = (url: string) => ({ auth: { type: 'static_bearer', mcp_server_url: url, token: 'a token' } });
const add = (vault_id: string, body: Record<string, unknown>) =>
  service.call('vaults.credentials.create', { path: { vault_id }, body });

describe('a vault', () => {
  it('is made of a name', async () => {
    const vault = await create();
    expect(vault).toEqual({
      id: expect.stringMatching(/^vlt_01/),
      type: 'vault',
      display_name: 'v',
      metadata: {},
      created_at: expect.any(String),
      updated_at: vault.created_at,
      archived_at: null,
    });
    expect(await service.call('vaults.retrieve', { path: { vault_id: vault.id } })).toEqual(vault);
  });

  it.each([{ display_name: '' }, { display_name: 'x'.repeat(256) }, { display_name: null }])(
    'is refused a name like %j',
    async (body) => {
      expect(await service.refusal('vaults.create', { body })).toMatchObject({ status: 400 });
    },
  );

  it('changes its name and its metadata, and keeps what is not named', async () => {
    const vault = await create({ metadata: { a: '1', b: '2' } });
    const path = { vault_id: vault.id };
    const next = await service.call('vaults.update', { path, body: { metadata: { a: null, c: '3' } } });
    expect(next).toMatchObject({ display_name: 'v', metadata: { b: '2', c: '3' } });
    expect(await service.call('vaults.update', { path, body: { display_name: 'v', metadata: null } })).toEqual(next);
    expect(await service.call('vaults.update', { path, body: { display_name: 'w' } })).toMatchObject({
      display_name: 'w',
    });
  });

  it('reads a malformed, an absent and a foreign id the same', async () => {
    const { id } = await create();
    for (const [vault_id, as] of [
      ['x', home],
      [nearMiss(id), home],
      [id, elsewhere],
    ] as const) {
      for (const action of ['retrieve', 'update', 'archive', 'delete'] as const) {
        expect(await service.refusal(`vaults.${action}`, { path: { vault_id }, body: {}, as })).toEqual({
          status: 404,
          type: 'not_found_error',
          message: `vault ${vault_id} not found`,
        });
      }
    }
  });

  it('is listed in its workspace, newest first, archived ones on request', async () => {
    const as = { ...home, workspace: 'listing' };
    const make = (name: string) => service.call('vaults.create', { body: { display_name: name }, as });
    const [a] = [await make('a'), await make('b'), await make('c')];
    await service.call('vaults.archive', { path: { vault_id: a?.id ?? '' }, as });
    const first = await service.call('vaults.list', { query: { limit: '1' }, as });
    expect(first.data.map(({ display_name }) => display_name)).toEqual(['c']);
    const rest = await service.call('vaults.list', { query: { page: first.next_page ?? '' }, as });
    expect(rest).toMatchObject({ data: [{ display_name: 'b' }], next_page: null });
    const all = await service.call('vaults.list', { query: { include_archived: 'true' }, as });
    expect(all.data.map(({ display_name }) => display_name)).toEqual(['c', 'b', 'a']);
  });
});

describe('archiving a vault', () => {
  it('archives its credentials, purges their secrets, and takes nothing more', async () => {
    const { id: vault_id } = await create();
    const credential = await add(vault_id, bearer('https://a.example.com'));
    const archived = await service.call('vaults.archive', { path: { vault_id } });
    expect(archived.archived_at).not.toBeNull();
    expect(await service.call('vaults.archive', { path: { vault_id } })).toEqual(archived);
    const path = { vault_id, credential_id: credential.id };
    expect((await service.call('vaults.credentials.retrieve', { path })).archived_at).not.toBeNull();
    const ref = { workspace: home.workspace, vaultId: vault_id, credentialId: credential.id };
    expect(await service.vaults.entry(ref)).toBeUndefined();
    const refused = { status: 400, message: `Vault ${vault_id} is archived.` };
    expect(await service.refusal('vaults.update', { path: { vault_id }, body: {} })).toMatchObject(refused);
    const body = bearer('https://b.example.com');
    expect(await service.refusal('vaults.credentials.create', { path: { vault_id }, body })).toMatchObject(refused);
  });

  it('is finished by archiving again, when a crash kept the secrets', async () => {
    const { id: vault_id } = await create();
    const credential = await add(vault_id, bearer('https://a.example.com'));
    const broken = service.with({
      vault: { ...service.vaults.broker(), close: () => Promise.reject(new Error('the power is gone')) },
    });
    await expect(broken.call('vaults.archive', { path: { vault_id } })).rejects.toThrow('power');
    await service.call('vaults.archive', { path: { vault_id } });
    const ref = { workspace: home.workspace, vaultId: vault_id, credentialId: credential.id };
    expect(await service.vaults.entry(ref)).toBeUndefined();
    const path = { vault_id, credential_id: credential.id };
    expect((await service.call('vaults.credentials.retrieve', { path })).archived_at).not.toBeNull();
  });
});

describe('deleting a vault', () => {
  it('takes its credentials and their secrets with it', async () => {
    const { id: vault_id } = await create();
    const { id: credential_id } = await add(vault_id, bearer('https://a.example.com'));
    expect(await service.call('vaults.delete', { path: { vault_id } })).toEqual({
      id: vault_id,
      type: 'vault_deleted',
    });
    expect(await service.refusal('vaults.retrieve', { path: { vault_id } })).toMatchObject({ status: 404 });
    const path = { vault_id, credential_id };
    expect(await service.refusal('vaults.credentials.retrieve', { path })).toMatchObject({ status: 404 });
    const ref = { workspace: home.workspace, vaultId: vault_id };
    expect(await service.store.vaultHeads.get(ref)).toBeUndefined();
    const page = await service.store.credentials(vault_id).list(home.workspace, { limit: 10, order: 'asc' });
    expect(page.items).toEqual([]);
  });

  it('can be done again when a crash kept it from ending, wherever that was', async () => {
    const dying = () => Promise.reject(new Error('the power is gone'));
    const { store } = service;
    const crashes = [
      { vault: { ...service.vaults.broker(), close: dying } },
      { store: { ...store, vaultHeads: { ...store.vaultHeads, delete: dying } } },
      { store: { ...store, vaults: { ...store.vaults, delete: dying } } },
    ];
    for (const crash of crashes) {
      const { id: vault_id } = await create();
      await add(vault_id, bearer('https://a.example.com'));
      await expect(service.with(crash).call('vaults.delete', { path: { vault_id } })).rejects.toThrow('power');
      await service.call('vaults.delete', { path: { vault_id } });
      expect(await service.refusal('vaults.retrieve', { path: { vault_id } })).toMatchObject({ status: 404 });
    }
  });
});

describe('a session', () => {
  it('has the vaults that it was created with, in their order', async () => {
    const [a, b] = [await create(), await create()];
    const session = await service.session({ vault_ids: [b.id, a.id] });
    expect(session.vault_ids).toEqual([b.id, a.id]);
  });

  it('is refused a vault that is absent, of another workspace, or archived', async () => {
    const foreign = await service.call('vaults.create', { body: { display_name: 'v' }, as: elsewhere });
    const gone = await create();
    await service.call('vaults.delete', { path: { vault_id: gone.id } });
    const agent = await service.call('agents.create', { body: { name: 'a', model: 'm' } });
    const environment = await service.call('environments.create', { body: { name: 'e' } });
    const refusal = (id: string) =>
      service.refusal('sessions.create', {
        body: { agent: agent.id, environment_id: environment.id, vault_ids: [id] },
      });
    for (const id of ['x', foreign.id, gone.id]) {
      expect(await refusal(id)).toEqual({ status: 404, type: 'not_found_error', message: `vault ${id} not found` });
    }
    const archived = await create();
    await service.call('vaults.archive', { path: { vault_id: archived.id } });
    expect(await refusal(archived.id)).toMatchObject({ status: 400, message: `Vault ${archived.id} is archived.` });
  });
});
