import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock, type Clock } from '../contract/time';
import type { Agent, Credential, Environment, Vault } from '../contract/wire';
import { createCatalog, createVersionedCatalog } from './catalog';
import { BodyCodec } from './codec';
import { createDueIndex } from './due-index';
import { createKeyStore } from './key-store';
import { credentialsOf } from './keys';
import type { BlobStore, Store } from './ports';
import { createRefreshLeases } from './refresh-leases';
import { createSessionStore } from './session-store';
import { Table } from './table';
import type { TableNames } from './tables';
import { createThreadLog } from './thread-log';
import { createTombstones } from './tombstones';
import { createVaultHeads } from './vault-heads';
import { createWarmStore } from './warm-store';
import { createWorkStore } from './work-store';

/** What the store stands on. */
export interface StoreDeps {
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  readonly blobs: BlobStore;
  /** Decides what has expired; the system's clock unless given. */
  readonly clock?: Clock;
}

/** The whole store, over two DynamoDB tables and a place for big bodies. Holds no state of its own. */
export function createStore({ client, tables, blobs, clock = systemClock }: StoreDeps): Store {
  const sessions = new Table(client, tables.sessions);
  const control = new Table(client, tables.control);
  const codec = new BodyCodec(blobs);
  const catalogs = { table: control, codec, blobs };
  return {
    log: createThreadLog({ table: sessions, codec, blobs, clock }),
    sessions: createSessionStore(sessions, codec, blobs),
    agents: createVersionedCatalog<Agent>('agents', catalogs),
    environments: createCatalog<Environment>('environments', catalogs),
    vaults: createCatalog<Vault>('vaults', catalogs),
    credentials: (vaultId) => createCatalog<Credential>(credentialsOf(vaultId), catalogs),
    vaultHeads: createVaultHeads(control, clock),
    refreshLeases: createRefreshLeases(control),
    work: createWorkStore(control, clock),
    warm: createWarmStore(control),
    keys: createKeyStore(control, clock),
    tombstones: createTombstones(control),
    due: createDueIndex({ sessions, control }),
    blobs,
  };
}
