/**
 * The boundary of secrets. Behind it stands the one part of the service that reads their values; in front of it everybody
 * else, who can put values in (`VaultKeeper`) and have them attached where they belong (`Broker`).
 */
import type { Micros } from '../contract/time';
import type { CredentialValidation } from '../contract/wire';
import type { CredentialRef, VaultRef } from '../store/vault-ports';
import type { CredentialEntry, EntryChange } from './entry';
import type { Secret } from './secret';

/** Where secrets of a vault stand. A place is deleted as a whole, with all its versions, and its name is not used again. */
export interface SecretPlace extends VaultRef {
  readonly place: string;
}

/**
 * Keeps texts, encrypted at rest: Secrets Manager in the cloud, files on one machine. A version is written once and never
 * changed, and which one counts is not known here, so a store needs no conditional writes.
 */
export interface SecretStore {
  /**
   * Puts a version (a UUID). The same version again is no error.
   *
   * @param isNew whether the place comes to be with it. A place that was there is not made again by who comes too late.
   * @returns false when the place is gone.
   */
  put(place: SecretPlace, version: string, text: Secret, isNew: boolean): Promise<boolean>;
  /** Undefined when the place or the version is gone, or was never there. */
  get(place: SecretPlace, version: string): Promise<Secret | undefined>;
  /** Says that a version will not be asked for again. A store that tidies up by itself may leave it for a while. */
  drop(place: SecretPlace, version: string): Promise<void>;
  /** Deletes a place for good, without a time in which it could be restored. Deleting what is gone is no error. */
  delete(place: SecretPlace): Promise<void>;
}

/** What became of a new credential. `key_taken`: a living credential of the vault has the same key. */
export type KeepOutcome = 'kept' | 'key_taken' | 'full' | 'closed';

/** What the API may ask for: it puts values in, and none ever comes back. */
export interface VaultKeeper {
  /** Adds a credential's entry to its vault. When this throws, it may have been kept: `forget` it. */
  keep(ref: CredentialRef, entry: CredentialEntry): Promise<KeepOutcome>;
  /** Changes the entry. False when there is none, or one of another type. A value that was replaced is purged. */
  change(ref: CredentialRef, change: EntryChange): Promise<boolean>;
  /** Purges the entry and frees its key. No error when there is none; repeating it ends what a crash left unfinished. */
  forget(ref: CredentialRef): Promise<void>;
  /** Deletes what was to be purged and is still there, because whoever was about to do it died. No error when there is nothing. */
  tidy(ref: VaultRef): Promise<void>;
  /** Purges all entries, for good: nothing is kept in this vault any more. May be repeated. */
  close(ref: VaultRef): Promise<void>;
  /**
   * Tries an `mcp_oauth` credential at its server, refreshing its tokens if they are refused (reference 8). Undefined when there is no
   * such entry. Takes up to half a minute.
   */
  validate(ref: CredentialRef): Promise<ValidationResult | undefined>;
}

/** The part of a validation that the probe finds out. */
export type ValidationResult = Pick<CredentialValidation, 'status' | 'has_refresh_token' | 'mcp_probe' | 'refresh'>;

/** For whom a credential is wanted: the broker reads the session itself, and takes nobody's word for what it may use. */
export interface SessionRef {
  readonly workspace: string;
  readonly sessionId: string;
}

/** What a bound MCP server is sent. */
export interface BearerGrant {
  readonly vaultId: string;
  readonly credentialId: string;
  readonly token: Secret;
  /** Changes whenever the token does: whoever holds a connection can tell that it is out of date. */
  readonly version: string;
}

/** An environment variable of a sandbox: what stands in it there, and what it may become at the way out. */
export interface Placeholder {
  readonly vaultId: string;
  readonly credentialId: string;
  readonly name: string;
  /** Opaque, the same for a session's whole life, and worth nothing outside of it. */
  readonly placeholder: string;
}

/** A value that may be put in the place of its placeholder in requests to one host. */
export interface Substitution {
  readonly vaultId: string;
  readonly credentialId: string;
  readonly placeholder: string;
  readonly value: Secret;
  readonly inHeaders: boolean;
  readonly inBody: boolean;
}

/** The token of a repository, for git's requests to it and nothing else. */
export interface RepositoryGrant {
  readonly vaultId: string;
  readonly credentialId: string;
  /** `/owner/repository`, without `.git`. */
  readonly path: string;
  readonly token: Secret;
}

/**
 * Gives out what a session's vaults allow for one destination, and nothing else. Each grant is an audit line. Answers are
 * current within seconds of a change; ask again for every connection instead of keeping what was given.
 */
export interface Broker {
  /**
   * The bearer token for an MCP server: of the first of the session's vaults that has a credential for that URL (reference 8).
   * Undefined when none has, or when the URL is not one that secrets may be sent to. Tokens about to expire are refreshed
   * first; when that fails, the old one is given.
   *
   * @param refused the version of the grant that the server has just refused: its token is refreshed although it looks fresh.
   */
  bearerFor(session: SessionRef, serverUrl: string, refused?: string): Promise<BearerGrant | undefined>;
  /** What a sandbox of the session finds in its environment variables. Holds no value. */
  placeholdersOf(session: SessionRef): Promise<Placeholder[]>;
  /**
   * What may be substituted in requests to a host: the credentials' own hosts and the session's captured network policy must
   * both allow it.
   *
   * @param host without a port.
   */
  substitutionsFor(session: SessionRef, host: string): Promise<Substitution[]>;
  /**
   * The session's repositories on a host, with the tokens that git needs there. The session's captured network policy must allow the
   * host.
   *
   * @param host without a port.
   */
  repositoriesFor(session: SessionRef, host: string): Promise<RepositoryGrant[]>;
  /** The credentials of the session whose hosts its network policy does not cover (reference 6, `credential_host_unreachable_error`). */
  unreachableOf(session: SessionRef): Promise<Pick<Placeholder, 'vaultId' | 'credentialId'>[]>;
}

/** What a secret was wanted for. */
export type AuditPurpose = 'mcp' | 'egress' | 'refresh' | 'validate';

/** Who got at which secret, and for whom. Never a value, nor a part of one. */
export interface AuditLine {
  readonly at: Micros;
  readonly workspace: string;
  /** Null where a person asked, not a session. */
  readonly sessionId: string | null;
  readonly vaultId: string;
  readonly credentialId: string;
  /** Where the secret goes. */
  readonly host: string;
  readonly purpose: AuditPurpose;
  readonly outcome: 'granted' | 'refreshed' | 'refused' | 'unreachable' | 'interrupted';
}

/** Writes audit lines. It must not throw: a line that cannot be written is the log's affair, not the caller's. */
export type AuditLog = (line: AuditLine) => void;
