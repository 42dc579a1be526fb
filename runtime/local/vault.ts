import { systemClock } from '../contract/time';
import type { Store } from '../store/ports';
import type { PrivateHosts } from '../vault/addresses';
import { auditLines } from '../vault/audit';
import { createBroker } from '../vault/broker';
import type { Broker, VaultKeeper } from '../vault/ports';
import { auditFile } from './audit-file';
import type { DataDirectory } from './data-directory';
import { openSecretFiles } from './secrets';

export interface LocalVaultOptions {
  /** Hosts that secrets may be sent to although they are private, or speak `http`. */
  readonly privateHosts: PrivateHosts;
  /** Told when an audit line could not be written. */
  readonly log: (line: string) => void;
}

/** The boundary of secrets on one machine: in this process, over encrypted files, with the audit lines in a file. */
export async function openVault(
  directory: DataDirectory,
  store: Store,
  { privateHosts, log }: LocalVaultOptions,
): Promise<Broker & VaultKeeper> {
  const secrets = await openSecretFiles({ directory: directory.secrets, keyFile: directory.secretKeyFile });
  const audit = auditLines(auditFile(directory.auditFile, log));
  return createBroker({ store, secrets, clock: systemClock, audit, privateHosts });
}
