import { createHash } from 'node:crypto';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { Credential } from '../contract/wire';
import { Secret } from './secret';

type AuthOf<T extends Credential['auth']['type']> = Extract<Credential['auth'], { type: T }>;

export interface StaticBearerEntry {
  readonly type: 'static_bearer';
  readonly serverUrl: string;
  readonly token: Secret;
}

/** How the access token is renewed (RFC 6749, section 6). */
export interface RefreshGrant {
  readonly clientId: string;
  readonly tokenEndpoint: string;
  readonly refreshToken: Secret;
  readonly scope: string | null;
  readonly resource: string | null;
  readonly method: 'none' | 'client_secret_basic' | 'client_secret_post';
  /** Null with the method `none`. */
  readonly clientSecret: Secret | null;
  /** Whether the endpoint gives a new refresh token with each access token; null until it has been seen once. */
  readonly rotates: boolean | null;
}

export interface OAuthEntry {
  readonly type: 'mcp_oauth';
  readonly serverUrl: string;
  readonly accessToken: Secret;
  readonly expiresAt: Micros | null;
  /** From when on a refresh is due; null when the expiry is not known. */
  readonly renewAt: Micros | null;
  readonly refresh: RefreshGrant | null;
  /** Raised with every change of a token, whoever makes it: it tells the tokens that were sent from those that are there. */
  readonly serial: number;
}

export interface EnvironmentVariableEntry {
  readonly type: 'environment_variable';
  readonly name: string;
  readonly value: Secret;
  readonly networking: AuthOf<'environment_variable'>['networking'];
  readonly injection: AuthOf<'environment_variable'>['injection_location'];
}

/** The token of a repository that a session works on. It stands in the session's own vault, which has the session's id. */
export interface RepositoryEntry {
  readonly type: 'repository';
  readonly host: string;
  /** `/owner/repository`, without `.git`. */
  readonly path: string;
  readonly token: Secret;
}

/** All that is needed to use a credential, values and rules together, so that what is used is always of one piece. */
export type CredentialEntry = StaticBearerEntry | OAuthEntry | EnvironmentVariableEntry | RepositoryEntry;

/** Tokens are renewed this long before they expire, so that what is given out lasts for a request. */
const AHEAD: Micros = 120 * MICROS_PER_SECOND;

/** The expiry of an access token that was issued just now. One that lives shortly is renewed after three quarters of its life. */
export function expiring(expiresAt: Micros | null, now: Micros): Pick<OAuthEntry, 'expiresAt' | 'renewAt'> {
  if (expiresAt === null) return { expiresAt: null, renewAt: null };
  return { expiresAt, renewAt: expiresAt - Math.min(AHEAD, Math.max(0, Math.floor((expiresAt - now) / 4))) };
}

/** What an update changes of an entry. What is undefined stays. */
export type EntryChange =
  | { readonly type: 'static_bearer' | 'repository'; readonly token?: Secret }
  | {
      readonly type: 'mcp_oauth';
      readonly accessToken?: Secret;
      readonly expiresAt?: Micros | null;
      readonly refreshToken?: Secret;
      readonly clientSecret?: Secret;
      readonly scope?: string | null;
    }
  | {
      readonly type: 'environment_variable';
      readonly value?: Secret;
      readonly networking?: EnvironmentVariableEntry['networking'];
      readonly injection?: EnvironmentVariableEntry['injection'];
    };

/** The entry after a change of its type. */
export function changed(entry: CredentialEntry, change: EntryChange, now: Micros): CredentialEntry {
  if (entry.type === 'static_bearer' && change.type === 'static_bearer') {
    return { ...entry, token: change.token ?? entry.token };
  }
  if (entry.type === 'repository' && change.type === 'repository') {
    return { ...entry, token: change.token ?? entry.token };
  }
  if (entry.type === 'environment_variable' && change.type === 'environment_variable') {
    return {
      ...entry,
      value: change.value ?? entry.value,
      networking: change.networking ?? entry.networking,
      injection: change.injection ?? entry.injection,
    };
  }
  if (entry.type === 'mcp_oauth' && change.type === 'mcp_oauth') return changedTokens(entry, change, now);
  return entry;
}

function changedTokens(
  entry: OAuthEntry,
  change: Extract<EntryChange, { type: 'mcp_oauth' }>,
  now: Micros,
): OAuthEntry {
  const { refresh } = entry;
  const expiry = change.expiresAt === undefined ? entry : expiring(change.expiresAt, now);
  const newTokens = change.accessToken !== undefined || change.refreshToken !== undefined;
  return {
    ...entry,
    accessToken: change.accessToken ?? entry.accessToken,
    expiresAt: expiry.expiresAt,
    renewAt: expiry.renewAt,
    refresh: refresh && {
      ...refresh,
      refreshToken: change.refreshToken ?? refresh.refreshToken,
      clientSecret: change.clientSecret ?? refresh.clientSecret,
      scope: change.scope === undefined ? refresh.scope : change.scope,
    },
    serial: newTokens || change.clientSecret !== undefined ? entry.serial + 1 : entry.serial,
  };
}

/** Whether the change takes a value out of use that must not linger anywhere. */
export const replacesValue = (change: EntryChange): boolean =>
  Object.values(change).some((part) => part instanceof Secret);

/**
 * What two living credentials of a vault may not share (reference 8): the MCP server, whatever the kind, or the variable. A
 * digest, because the vault's head, where it stands, is small.
 */
export function keyOf(entry: CredentialEntry): string {
  return createHash('sha256').update(uniquePartOf(entry)).digest('base64url');
}

function uniquePartOf(entry: CredentialEntry): string {
  switch (entry.type) {
    case 'environment_variable':
      return `variable ${entry.name}`;
    case 'repository':
      return `repository ${entry.host}${entry.path}`.toLowerCase();
    default:
      return `server ${normalizedUrl(entry.serverUrl)}`;
  }
}

/**
 * The form in which URLs of MCP servers are compared (reference 8): scheme and host in lower case, without the scheme's own
 * port and without slashes at the end. Path, subdomain and port stay as they are.
 */
export function normalizedUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}${search}`;
}

/** Every value in an entry. */
export function secretsOf(entry: CredentialEntry): Secret[] {
  switch (entry.type) {
    case 'static_bearer':
    case 'repository':
      return [entry.token];
    case 'environment_variable':
      return [entry.value];
    case 'mcp_oauth': {
      const { accessToken, refresh } = entry;
      return [accessToken, refresh?.refreshToken, refresh?.clientSecret].filter((secret) => secret instanceof Secret);
    }
  }
}
