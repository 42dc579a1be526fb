import { CredentialCalls, pathOf, variable } from './credential-calls';
import { elsewhere, Service } from './service';

let service: Service;
let calls: CredentialCalls;
beforeAll(async () => {
  service = await Service.open();
  calls = new CredentialCalls(service);
});
afterAll(() => service.close());

describe('ending a credential', () => {
  it('archives: the secret is gone, the key is free, and it stays to be seen', async () => {
    const vault_id = await calls.newVault();
    const credential = await calls.create(vault_id, variable('KEY'));
    const other = await calls.create(vault_id, variable('OTHER', { secret_value: 'other' }));
    const archived = await service.call('vaults.credentials.archive', { path: pathOf(credential) });
    expect(archived.archived_at).not.toBeNull();
    expect(await service.call('vaults.credentials.archive', { path: pathOf(credential) })).toEqual(archived);
    expect(await calls.kept(credential)).toEqual([]);
    expect(await calls.kept(other)).toEqual(['other']);
    const path = { vault_id };
    const listed = async (query: Record<string, string>) =>
      (await service.call('vaults.credentials.list', { path, query })).data.map(({ id }) => id);
    expect(await listed({})).toEqual([other.id]);
    expect(await listed({ include_archived: 'true' })).toEqual([other.id, credential.id]);
    expect(await calls.refusalOfUpdate(credential, { display_name: 'x' })).toMatchObject({ status: 400 });
    const validation = { path: pathOf(credential) };
    expect(await service.refusal('vaults.credentials.mcpOAuthValidate', validation)).toMatchObject({ status: 400 });
    await calls.create(vault_id, variable('KEY'));
  });

  it('deletes: nothing of it is left', async () => {
    const vault_id = await calls.newVault();
    const credential = await calls.create(vault_id, variable('KEY'));
    expect(await service.call('vaults.credentials.delete', { path: pathOf(credential) })).toEqual({
      id: credential.id,
      type: 'vault_credential_deleted',
    });
    expect(await calls.kept(credential)).toEqual([]);
    for (const action of ['retrieve', 'archive', 'delete'] as const) {
      const request = { path: pathOf(credential) };
      expect(await service.refusal(`vaults.credentials.${action}`, request)).toEqual({
        status: 404,
        type: 'not_found_error',
        message: `credential ${credential.id} not found`,
      });
    }
    await calls.create(vault_id, variable('KEY'));
  });

  it('is finished by archiving again, when a crash kept the secret', async () => {
    const credential = await calls.create(await calls.newVault(), variable('KEY'));
    const dying = service.with({
      vault: { ...service.vaults.broker(), forget: () => Promise.reject(new Error('the power is gone')) },
    });
    await expect(dying.call('vaults.credentials.archive', { path: pathOf(credential) })).rejects.toThrow('power');
    await service.call('vaults.credentials.archive', { path: pathOf(credential) });
    expect(await calls.kept(credential)).toEqual([]);
    await calls.create(credential.vault_id, variable('KEY'));
  });

  it('is not reached through another vault, nor from another workspace', async () => {
    const credential = await calls.create(await calls.newVault(), variable('KEY'));
    const path = { vault_id: await calls.newVault(), credential_id: credential.id };
    expect(await service.refusal('vaults.credentials.delete', { path })).toMatchObject({ status: 404 });
    const foreign = { path: pathOf(credential), as: elsewhere };
    expect(await service.refusal('vaults.credentials.delete', foreign)).toMatchObject({
      status: 404,
      message: `vault ${credential.vault_id} not found`,
    });
    expect(await calls.kept(credential)).toEqual(['value-1']);
  });
});
