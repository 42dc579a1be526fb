import { appendFile } from 'node:fs/promises';
import { systemClock } from '../contract/time';
import type { Store } from '../store/ports';
import type { PrivateHosts } from '../vault/addresses';
import { auditLines } from '../vault/audit';
import { createBroker } from '../vault/broker';
import type { Broker, VaultKeeper } from '../vault/ports';
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
  const audit = auditLines((line) => {
    appendFile(directory.auditFile, line, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) =>
      log(`an audit line could not be written: ${error.code}`),
    );
  });
  return createBroker({ store, secrets, clock: systemClock, audit, privateHosts });
}
