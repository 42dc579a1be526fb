import { connectionLines } from '../egress/connection-log';
import type { Store } from '../store/ports';
import type { Broker, VaultKeeper } from '../vault/ports';
import { auditFile } from './audit-file';
import type { DataDirectory } from './data-directory';
import { EgressDoors } from './egress-doors';
import { openVault, type LocalVaultOptions } from './vault';

/** The parts of one machine that see the values of credentials. */
export interface Boundary {
  readonly vault: Broker & VaultKeeper;
  /** The way out of sandboxes. */
  readonly egress: EgressDoors;
}

/** The vault, and the gateway that puts in what it gives. Both write their audit lines into one file. */
export async function openBoundary(
  directory: DataDirectory,
  store: Store,
  options: LocalVaultOptions,
): Promise<Boundary> {
  const { privateHosts, log } = options;
  const vault = await openVault(directory, store, options);
  const connections = connectionLines(auditFile(directory.auditFile, log));
  return { vault, egress: new EgressDoors({ broker: vault, privateHosts, log: connections }) };
}
