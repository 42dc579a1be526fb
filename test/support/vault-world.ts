import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../runtime/contract/time';
import type { Store } from '../../runtime/store/ports';
import type { CredentialRef, VaultRef } from '../../runtime/store/vault-ports';
import { createBroker } from '../../runtime/vault/broker';
import type { CredentialEntry, OAuthEntry } from '../../runtime/vault/entry';
import type { AuditLine, Broker, SecretStore, VaultKeeper } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { VaultDocuments } from '../../runtime/vault/vault-documents';
import { heldOf, openSecrets } from './secret-store';

/** The boundary of secrets over a store, with a secret store of its own. */
export class VaultWorld {
  readonly audit: AuditLine[] = [];

  private constructor(
    readonly store: Store,
    readonly secrets: SecretStore,
    readonly directory: string,
    readonly clock: Clock,
  ) {}

  static async open(store: Store, clock: Clock = systemClock): Promise<VaultWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'vault-test-'));
    return new VaultWorld(store, await openSecrets(directory), directory, clock);
  }

  /** Another process's boundary over the same data: nothing remembered, and faults of its own. */
  broker(changed: Partial<Pick<VaultWorld, 'store' | 'secrets' | 'clock'>> = {}): Broker & VaultKeeper {
    const { store, secrets, clock } = this;
    const audit = (line: AuditLine): void => void this.audit.push(line);
    return createBroker({ store, secrets, clock, audit, privateHosts: ['127.0.0.1'], ...changed });
  }

  documents(changed: Partial<Pick<VaultWorld, 'store' | 'secrets' | 'clock'>> = {}): VaultDocuments {
    const { store, secrets, clock } = { ...this, ...changed };
    return new VaultDocuments({ heads: store.vaultHeads, secrets, clock });
  }

  /** What is kept of a credential now. */
  async entry(ref: CredentialRef): Promise<CredentialEntry | undefined> {
    return (await this.documents().open(ref))?.entries.get(ref.credentialId);
  }

  /** What the secret store holds of a vault: a name for each thing. */
  held(vault: VaultRef): Promise<string[]> {
    return heldOf(vault, this.directory);
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** An entry for a server, with or without a way to refresh it. */
export function oauthEntry(serverUrl: string, changed: Partial<OAuthEntry> = {}): OAuthEntry {
  return {
    type: 'mcp_oauth',
    serverUrl,
    accessToken: new Secret('access-0'),
    expiresAt: null,
    renewAt: null,
    refresh: null,
    serial: 1,
    ...changed,
  };
}
