import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretPlace, SecretStore } from '../vault/ports';
import { Secret } from '../vault/secret';

export interface SecretsManagerOptions {
  readonly client: SecretsManagerClient;
  /** What the names of all secrets begin with: permissions are given on it. */
  readonly prefix: string;
  /** The key that encrypts them. @default - the account's own for Secrets Manager */
  readonly kmsKeyId?: string | undefined;
}

/** A secret holds 65,536 bytes, of which the first line takes a few. */
const CHUNK_BYTES = 65_000;
/** Far more than a vault can have: a first line beyond it was not written here. */
const MAX_CHUNKS = 100;

/**
 * Secrets in AWS Secrets Manager: a place is one secret, or several where its text does not fit into one. A version is the
 * service's own, under the same id in every chunk. The first line of each chunk says how many there are.
 *
 * Secrets Manager keeps about a hundred versions of a secret, and more than that cannot be written within a day. Only refreshed
 * tokens make versions; what a person changes goes to a new place (`VaultDocuments`).
 */
export function createSecretsManager({ client, prefix, kmsKeyId }: SecretsManagerOptions): SecretStore {
  /** The version in a secret that is there; undefined where there is none. */
  const putVersion = (name: string, version: string, text: string) =>
    unlessAbsent(
      client.send(new PutSecretValueCommand({ SecretId: name, ClientRequestToken: version, SecretString: text })),
    );

  async function putChunk(place: SecretPlace, name: string, version: string, text: string): Promise<void> {
    if (await putVersion(name, version, text)) return;
    try {
      await client.send(
        new CreateSecretCommand({
          Name: name,
          ClientRequestToken: version,
          SecretString: text,
          Description: 'Credentials of a vault of Managed Agents',
          Tags: [
            { Key: 'managed-agents:workspace', Value: place.workspace },
            { Key: 'managed-agents:vault', Value: place.vaultId },
          ],
          ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
        }),
      );
    } catch (error) {
      // Somebody else made it meanwhile, for his version.
      if (!(error instanceof ResourceExistsException)) throw error;
      if (!(await putVersion(name, version, text))) throw error;
    }
  }

  async function getChunk(name: string, version: string): Promise<string | undefined> {
    const found = await unlessAbsent(client.send(new GetSecretValueCommand({ SecretId: name, VersionId: version })));
    return found?.SecretString;
  }

  return {
    /** The first chunk says whether the place is there; the others come and go with the length of the text. */
    async put(place, version, text, isNew) {
      const [first = '', ...rest] = chunksOf(text);
      const name = nameOf(prefix, place, 0);
      if (isNew) await putChunk(place, name, version, first);
      else if (!(await putVersion(name, version, first))) return false;
      for (const [i, chunk] of rest.entries()) {
        await putChunk(place, nameOf(prefix, place, i + 1), version, chunk);
      }
      return true;
    },

    async get(place, version) {
      const first = partOf(await getChunk(nameOf(prefix, place, 0), version));
      if (!first) return undefined;
      const rest = Array.from({ length: first.count - 1 }, (_, i) => getChunk(nameOf(prefix, place, i + 1), version));
      const parts = [first, ...(await Promise.all(rest)).map(partOf)];
      if (parts.some((part) => part === undefined)) return undefined;
      return new Secret(parts.map((part) => part?.text).join(''));
    },

    // Secrets Manager cannot delete a version; it does so by itself, some time after it is not current any more.
    drop: async () => {},

    /** From the last chunk down, so that a deletion that ended early still finds what is left. */
    async delete(place) {
      let count = 0;
      while (await isThere(client, nameOf(prefix, place, count))) count += 1;
      for (let i = count - 1; i >= 0; i -= 1) {
        const SecretId = nameOf(prefix, place, i);
        await unlessAbsent(client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })));
      }
    },
  };
}

/** The name of a chunk: `PREFIX/workspace/vault/place`, with a number where it is not the first. */
function nameOf(prefix: string, { workspace, vaultId, place }: SecretPlace, chunk: number): string {
  const path = [prefix, ...[workspace, vaultId, place].map(encodePart)].join('/');
  return chunk === 0 ? path : `${path}/${chunk}`;
}

/** Letters, digits and `_+.@-` may stand in a name, and `/` and `=`, which separate and escape. */
const encodePart = (part: string): string =>
  Buffer.from(part)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_.@-]/g, (byte) => `=${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Cut between characters: half a character would not survive. */
function chunksOf(text: Secret): string[] {
  const bytes = Buffer.from(text.reveal());
  const parts: string[] = [];
  for (let from = 0, to = 0; from < bytes.length || parts.length === 0; from = to) {
    to = Math.min(from + CHUNK_BYTES, bytes.length);
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    parts.push(bytes.subarray(from, to).toString());
  }
  return parts.map((part) => `${parts.length}\n${part}`);
}

function partOf(chunk: string | undefined): { readonly count: number; readonly text: string } | undefined {
  if (chunk === undefined) return undefined;
  const end = chunk.indexOf('\n');
  const count = Number(chunk.slice(0, end));
  if (!Number.isInteger(count) || count < 1 || count > MAX_CHUNKS) {
    throw new Error('A secret does not hold what was written into it');
  }
  return { count, text: chunk.slice(end + 1) };
}

/** A secret that is being deleted is there no more, though the service still knows it. */
async function isThere(client: SecretsManagerClient, name: string): Promise<boolean> {
  const found = await unlessAbsent(client.send(new DescribeSecretCommand({ SecretId: name })));
  return found !== undefined && found.DeletedDate === undefined;
}

/** What was asked for, or undefined where the secret or the version is not there, or not any more. */
async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) return undefined;
    throw error;
  }
}
