/** What the store keeps of vaults beside the resources that clients see. No value of a secret ever stands in it. */
import type { Micros } from '../contract/time';

/** A vault, by the workspace that owns it. */
export interface VaultRef {
  readonly workspace: string;
  readonly vaultId: string;
}

/** A credential of a vault. */
export interface CredentialRef extends VaultRef {
  readonly credentialId: string;
}

/**
 * The head of a vault: which credentials are alive, and where their secrets stand. All changes of a vault meet here: each is
 * one conditional write of this row, so that what holds across credentials (their keys differ, they are not too many) holds
 * whatever else happens at the same time.
 */
export interface VaultHead extends VaultRef {
  /** The key that each living credential occupies (its MCP server's URL, its variable's name), by the credential's id. */
  readonly active: Readonly<Record<string, string>>;
  /** Where the secrets stand: a place in the secret store, and the version there. Null while there are none. */
  readonly place: string | null;
  readonly version: string | null;
  /** Places that hold nothing needed, or that a writer was about to fill: whoever has changed the head deletes them. */
  readonly doomed: readonly string[];
  /** The vault was archived or is being deleted: nothing comes in any more. */
  readonly closed: boolean;
  readonly revision: number;
}

export interface VaultHeads {
  /** Puts the head of a new vault. Once deleted, it is never put again. */
  create(ref: VaultRef): Promise<void>;
  /** Strongly consistent. */
  get(ref: VaultRef): Promise<VaultHead | undefined>;
  /** Writes the head if its revision is still `head.revision - 1`. False when it was not, or when the head is gone. */
  replace(head: VaultHead): Promise<boolean>;
  /** Deletes the head and the rows of its credentials' refreshes. */
  delete(ref: VaultRef): Promise<void>;
}

/** How a refresh of a credential's tokens stands. */
export interface RefreshState {
  readonly owner?: string;
  readonly until?: Micros;
  /**
   * The serial of the tokens with which somebody has gone to the token endpoint and not come back. While it is the current
   * serial, nobody knows whether the refresh token was used.
   */
  readonly sent?: number;
  /** The version in which whoever sent it would write what he got: it may be there although the head does not point at it. */
  readonly sentVersion?: string;
  /** The last refusal: of which serial, when, and whether asking again is of no use. */
  readonly refused?: { readonly serial: number; readonly at: Micros; readonly final: boolean };
}

/** One row a credential: who may go to the token endpoint. */
export interface RefreshLeases {
  get(ref: CredentialRef): Promise<RefreshState | undefined>;
  /** Takes the lease if it is free or lapsed at `now`. Undefined when another holds it. */
  acquire(ref: CredentialRef, owner: string, now: Micros, until: Micros): Promise<RefreshState | undefined>;
  /**
   * Notes that the owner is about to use the tokens of this serial, and in which version he will write what he gets. False when
   * the lease is no longer the owner's.
   */
  noteSent(ref: CredentialRef, owner: string, serial: number, version: string): Promise<boolean>;
  /**
   * Lets go. What was `sent` stays noted unless the outcome is known: `answered`, perhaps with a refusal. The version does not: it
   * has been looked for. Losing the lease meanwhile is no error.
   */
  release(
    ref: CredentialRef,
    owner: string,
    outcome: { readonly answered: boolean; readonly refused?: RefreshState['refused'] },
  ): Promise<void>;
  delete(ref: CredentialRef): Promise<void>;
}
