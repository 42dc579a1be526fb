import { invalid } from '../contract/errors';
import { isHostPattern } from '../contract/hosts';
import type { Operations } from '../contract/operations';
import { fromTimestamp, toTimestamp, type Micros } from '../contract/time';
import type { Credential } from '../contract/wire';
import { expiring, type CredentialEntry, type EntryChange, type RefreshGrant } from '../vault/entry';
import { Secret } from '../vault/secret';

type Auth = Credential['auth'];
type AuthOf<T extends Auth['type']> = Extract<Auth, { type: T }>;
type CreateParams = Operations['vaults.credentials.create']['body']['auth'];
type UpdateParams = NonNullable<Operations['vaults.credentials.update']['body']['auth']>;
type UpdateOf<T extends Auth['type']> = Extract<UpdateParams, { type: T }>;
type OAuthParams = Extract<CreateParams, { type: 'mcp_oauth' }>;
type VariableParams = Extract<CreateParams, { type: 'environment_variable' }>;
type Networking = AuthOf<'environment_variable'>['networking'];
type Injection = AuthOf<'environment_variable'>['injection_location'];

/** A request's `auth`, parted: what everybody may see, and what only the vault gets. */
export interface NewAuth {
  readonly auth: Auth;
  readonly entry: CredentialEntry;
}

/** @throws ApiError 400. No message repeats a value. */
export function createAuth(params: CreateParams, now: Micros): NewAuth {
  switch (params.type) {
    case 'static_bearer': {
      const { mcp_server_url } = params;
      checkServerUrl(mcp_server_url);
      return {
        auth: { type: 'static_bearer', mcp_server_url },
        entry: { type: 'static_bearer', serverUrl: mcp_server_url, token: new Secret(params.token) },
      };
    }
    case 'mcp_oauth':
      return createOAuth(params, now);
    case 'environment_variable':
      return createVariable(params);
  }
}

function createOAuth(params: OAuthParams, now: Micros): NewAuth {
  const { mcp_server_url, refresh } = params;
  checkServerUrl(mcp_server_url);
  const expiresAt = params.expires_at ? futureInstant(params.expires_at, now) : null;
  return {
    auth: {
      type: 'mcp_oauth',
      mcp_server_url,
      expires_at: expiresAt === null ? null : toTimestamp(expiresAt),
      refresh: refresh
        ? {
            client_id: refresh.client_id,
            token_endpoint: refresh.token_endpoint,
            token_endpoint_auth: { type: refresh.token_endpoint_auth.type },
            scope: refresh.scope || null,
            resource: refresh.resource || null,
          }
        : null,
    },
    entry: {
      type: 'mcp_oauth',
      serverUrl: mcp_server_url,
      accessToken: new Secret(params.access_token),
      ...expiring(expiresAt, now),
      refresh: refresh ? grantOf(refresh) : null,
      serial: 1,
    },
  };
}

function grantOf(refresh: NonNullable<OAuthParams['refresh']>): RefreshGrant {
  const { token_endpoint_auth: client } = refresh;
  if (carriesCredentials(refresh.token_endpoint)) {
    throw invalid('auth.mcp_oauth.refresh.token_endpoint: must not carry a user or a password');
  }
  return {
    clientId: refresh.client_id,
    tokenEndpoint: refresh.token_endpoint,
    refreshToken: new Secret(refresh.refresh_token),
    scope: refresh.scope || null,
    resource: refresh.resource || null,
    method: client.type,
    clientSecret: client.type === 'none' ? null : new Secret(client.client_secret),
    rotates: null,
  };
}

function createVariable(params: VariableParams): NewAuth {
  const networking = resolveNetworking(params.networking);
  const given = params.injection_location;
  const injection = checkInjection(
    given ? { header: given.header ?? false, body: given.body ?? false } : { header: true, body: true },
  );
  const { secret_name } = params;
  return {
    auth: { type: 'environment_variable', secret_name, networking, injection_location: injection },
    entry: {
      type: 'environment_variable',
      name: secret_name,
      value: new Secret(params.secret_value),
      networking,
      injection,
    },
  };
}

/** What an update makes of a credential: what is seen of it, and what its entry changes by. */
export interface ChangedAuth {
  readonly auth: Auth;
  readonly change: EntryChange;
}

/** @throws ApiError 400: the type and whatever makes a credential what it is cannot change (reference 8). */
export function updateAuth(current: Auth, params: UpdateParams, now: Micros): ChangedAuth {
  if (current.type === 'static_bearer' && params.type === 'static_bearer') {
    return { auth: current, change: { type: 'static_bearer', ...secretOf('token', params.token) } };
  }
  if (current.type === 'mcp_oauth' && params.type === 'mcp_oauth') return updateOAuth(current, params, now);
  if (current.type === 'environment_variable' && params.type === 'environment_variable') {
    return updateVariable(current, params);
  }
  throw invalid(`auth.type: cannot change from ${current.type} to ${params.type}`);
}

function updateOAuth(current: AuthOf<'mcp_oauth'>, params: UpdateOf<'mcp_oauth'>, now: Micros): ChangedAuth {
  const given = params.expires_at;
  const expiresAt = typeof given === 'string' ? futureInstant(given, now) : given;
  const { refresh } = params;
  if (refresh && !current.refresh) {
    throw invalid('auth.mcp_oauth.refresh: a credential that was created without it cannot get it');
  }
  const client = refresh?.token_endpoint_auth;
  if (client && current.refresh?.token_endpoint_auth.type === 'none') {
    throw invalid('auth.mcp_oauth.refresh.token_endpoint_auth: the credential uses no client secret');
  }
  const scope = typeof refresh?.scope === 'string' ? refresh.scope || null : undefined;
  return {
    auth: {
      ...current,
      ...(expiresAt === undefined ? {} : { expires_at: expiresAt === null ? null : toTimestamp(expiresAt) }),
      ...(current.refresh && scope !== undefined ? { refresh: { ...current.refresh, scope } } : {}),
    },
    change: {
      type: 'mcp_oauth',
      ...secretOf('accessToken', params.access_token),
      ...secretOf('refreshToken', refresh?.refresh_token),
      ...secretOf('clientSecret', client?.client_secret),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(scope === undefined ? {} : { scope }),
    },
  };
}

function updateVariable(
  current: AuthOf<'environment_variable'>,
  params: UpdateOf<'environment_variable'>,
): ChangedAuth {
  const networking = params.networking ? resolveNetworking(params.networking) : current.networking;
  const { header, body } = { ...current.injection_location, ...params.injection_location };
  const injection = checkInjection({ header, body });
  return {
    auth: { ...current, networking, injection_location: injection },
    change: { type: 'environment_variable', ...secretOf('value', params.secret_value), networking, injection },
  };
}

/** Recorded: the message (reference 8). */
function futureInstant(text: string, now: Micros): Micros {
  const instant = fromTimestamp(text) ?? 0;
  if (instant <= now) throw invalid('auth.expires_at must be in the future.');
  return instant;
}

function resolveNetworking(params: VariableParams['networking']): Networking {
  if (params.type === 'unrestricted') return { type: 'unrestricted' };
  for (const [i, host] of params.allowed_hosts.entries()) {
    if (isHostPattern(host)) continue;
    throw invalid(
      `auth.environment_variable.networking.limited.allowed_hosts.${i}: must be a bare host or *.domain, without scheme, port or path`,
    );
  }
  return { type: 'limited', allowed_hosts: params.allowed_hosts };
}

function checkInjection(location: Injection): Injection {
  if (!location.header && !location.body) {
    throw invalid('auth.environment_variable.injection_location: at least one of header and body must be true');
  }
  return location;
}

/** Where everybody may read it, a URL is no place for a password. */
function checkServerUrl(url: string): void {
  if (carriesCredentials(url)) throw invalid('auth.mcp_server_url: must not carry a user or a password');
}

function carriesCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** The field with the value as a secret; nothing where the request leaves the value as it is. */
function secretOf<K extends string>(field: K, value: string | null | undefined): { [key in K]?: Secret } {
  return typeof value === 'string' ? ({ [field]: new Secret(value) } as { [key in K]: Secret }) : {};
}
