/** A process to be killed: refreshes a credential's tokens, and dies at a step of the way. */
import { createFileBlobs } from '../../runtime/local/blobs';
import { systemClock } from '../../runtime/contract/time';
import { createStore } from '../../runtime/store/store';
import type { TableNames } from '../../runtime/store/tables';
import { createBroker } from '../../runtime/vault/broker';
import type { SessionRef } from '../../runtime/vault/ports';
import { connectDynamo } from '../support/dynamo-server';
import { openSecrets } from '../support/secret-store';

/** Where the process dies; `request` is the test's to do. */
export const DEATHS = [
  'lease taken',
  'serial noted',
  'request',
  'answer received',
  'version written',
  'head moved',
] as const;

/** What the process is told, as JSON in its one argument. */
export interface RefreshingProcess {
  /** Where the database listens. */
  readonly endpoint: string;
  readonly tables: TableNames;
  readonly directory: string;
  readonly session: SessionRef;
  readonly serverUrl: string;
  readonly death: (typeof DEATHS)[number];
}

async function main({ endpoint, tables, directory, session, serverUrl, death }: RefreshingProcess): Promise<void> {
  const dieAt = (step: (typeof DEATHS)[number]): void => {
    if (step === death) process.kill(process.pid, 'SIGKILL');
  };
  const store = createStore({ client: connectDynamo(endpoint), tables, blobs: createFileBlobs(directory) });
  const secrets = await openSecrets(directory);
  const { vaultHeads: heads, refreshLeases: leases } = store;
  const dying = {
    ...store,
    refreshLeases: {
      ...leases,
      acquire: async (...args: Parameters<typeof leases.acquire>) => {
        const lease = await leases.acquire(...args);
        dieAt('lease taken');
        return lease;
      },
      noteSent: async (...args: Parameters<typeof leases.noteSent>) => {
        const noted = await leases.noteSent(...args);
        dieAt('serial noted');
        return noted;
      },
    },
    vaultHeads: {
      ...heads,
      replace: async (...args: Parameters<typeof heads.replace>) => {
        const moved = await heads.replace(...args);
        dieAt('head moved');
        return moved;
      },
    },
  };
  const dyingSecrets = {
    ...secrets,
    put: async (...args: Parameters<typeof secrets.put>) => {
      dieAt('answer received');
      const isThere = await secrets.put(...args);
      dieAt('version written');
      return isThere;
    },
  };
  const audit = (): void => {};
  const broker = createBroker({
    store: dying,
    secrets: dyingSecrets,
    clock: systemClock,
    audit,
    privateHosts: ['127.0.0.1'],
  });
  await broker.bearerFor(session, serverUrl);
}

if (require.main === module) void main(JSON.parse(process.argv[2] ?? '{}') as RefreshingProcess);
