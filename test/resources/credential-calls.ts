/** The credentials of a service under test: every request is a line, and what is kept can be looked at. */
import { secretsOf } from '../../runtime/vault/entry';
import { home, type Service } from './service';

type Named = { readonly id: string; readonly vault_id: string };
type Body = Record<string, unknown>;

export const pathOf = (credential: Named) => ({ vault_id: credential.vault_id, credential_id: credential.id });

export class CredentialCalls {
  constructor(readonly service: Service) {}

  async newVault(): Promise<string> {
    return (await this.service.call('vaults.create', { body: { display_name: 'v' } })).id;
  }

  create(vault_id: string, auth: Body, more: Body = {}) {
    return this.service.call('vaults.credentials.create', { path: { vault_id }, body: { auth, ...more } });
  }

  refusalOfCreate(vault_id: string, auth: Body) {
    return this.service.refusal('vaults.credentials.create', { path: { vault_id }, body: { auth } });
  }

  update(credential: Named, body: Body) {
    return this.service.call('vaults.credentials.update', { path: pathOf(credential), body });
  }

  refusalOfUpdate(credential: Named, body: Body) {
    return this.service.refusal('vaults.credentials.update', { path: pathOf(credential), body });
  }

  /** The values that are kept, revealed. */
  async kept(credential: Named): Promise<string[]> {
    const ref = { workspace: home.workspace, vaultId: credential.vault_id, credentialId: credential.id };
    const entry = await this.service.vaults.entry(ref);
    return entry ? secretsOf(entry).map((secret) => secret.reveal()) : [];
  }
}

export const bearer = (url: string, token = 'token-1') => ({ type: 'static_bearer', mcp_server_url: url, token });
export const oauth = (url: string, more: Record<string, unknown> = {}) => ({
  type: 'mcp_oauth',
  mcp_server_url: url,
  access_token: 'access-1',
  ...more,
});
export const refresh = (more: Record<string, unknown> = {}) => ({
  client_id: 'client',
  token_endpoint: 'https://auth.example.com/token',
  refresh_token: 'refresh-1',
  token_endpoint_auth: { type: 'client_secret_basic', client_secret: 'client-secret-1' },
  ...more,
});
export const variable = (name: string, more: Record<string, unknown> = {}) => ({
  type: 'environment_variable',
  secret_name: name,
  secret_value: 'value-1',
  networking: { type: 'unrestricted' },
  ...more,
});
