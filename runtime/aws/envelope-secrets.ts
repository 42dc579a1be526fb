import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { BlobStore } from '../store/ports';
import type { SecretPlace, SecretStore } from '../vault/ports';
import { contextOf, seal, unseal } from '../vault/sealing';

export interface EnvelopeSecretsOptions {
  readonly client: KMSClient;
  /** The ARN of the key under which every text's own key is encrypted. */
  readonly keyId: string;
  /** Where the sealed texts lie: a place of their own, which keeps nothing of what was deleted. */
  readonly blobs: BlobStore;
}

/** A blob that only says that its place is there. */
const MARK = 'place';
const VERSIONS = 'versions/';
/** How many bytes say how long the encrypted key is. */
const LENGTH_BYTES = 2;

/**
 * Secrets as sealed blobs, for many vaults: each text under a key of its own, which KMS has made and alone can open, and only for
 * the same vault and place. A secret of Secrets Manager costs $0.40 a month; this costs one KMS key for all of them together.
 */
export function createEnvelopeSecrets({ client, keyId, blobs }: EnvelopeSecretsOptions): SecretStore {
  const isThere = async (place: SecretPlace): Promise<boolean> =>
    (await blobs.get(`${directoryOf(place)}${MARK}`)) !== undefined;

  return {
    async put(place, version, text, isNew) {
      if (!isNew && !(await isThere(place))) return false;
      const { Plaintext, CiphertextBlob } = await client.send(
        new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: sealedFor(place) }),
      );
      if (!Plaintext || !CiphertextBlob) throw new Error('KMS gave no key');
      const sealed = seal(Plaintext, contextOf(place, version), text);
      Plaintext.fill(0);
      await blobs.put(versionOf(place, version), packed(CiphertextBlob, sealed));
      if (isNew) await blobs.put(`${directoryOf(place)}${MARK}`, new Uint8Array());
      // Deleted meanwhile: what was just written would never be deleted again.
      else if (!(await isThere(place))) return blobs.deletePrefix(directoryOf(place)).then(() => false);
      return true;
    },

    async get(place, version) {
      const found = await blobs.get(versionOf(place, version));
      if (!found || !(await isThere(place))) return undefined;
      const { encryptedKey, sealed } = unpacked(Buffer.from(found));
      const { Plaintext } = await client.send(
        new DecryptCommand({ KeyId: keyId, CiphertextBlob: encryptedKey, EncryptionContext: sealedFor(place) }),
      );
      if (!Plaintext) throw new Error('KMS gave no key');
      const text = unseal(Plaintext, contextOf(place, version), sealed);
      Plaintext.fill(0);
      return text;
    },

    drop: (place, version) => blobs.deletePrefix(versionOf(place, version)),

    /** The mark goes last, so that a deletion that ended early can be repeated, and nobody reads what is left. */
    async delete(place) {
      await blobs.deletePrefix(`${directoryOf(place)}${VERSIONS}`);
      await blobs.deletePrefix(directoryOf(place));
    },
  };
}

/** Who takes part in the decryption has to say the same: CloudTrail shows whose secret it was. */
const sealedFor = ({ workspace, vaultId, place }: SecretPlace): Record<string, string> => ({
  'managed-agents:workspace': workspace,
  'managed-agents:vault': vaultId,
  'managed-agents:place': place,
});

const directoryOf = ({ workspace, vaultId, place }: SecretPlace): string =>
  `${[workspace, vaultId, place].map(encodeURIComponent).join('/')}/`;

/** Ends in a mark of its own, so that no version's name is the beginning of another's. */
const versionOf = (place: SecretPlace, version: string): string =>
  `${directoryOf(place)}${VERSIONS}${encodeURIComponent(version)}.sealed`;

function packed(encryptedKey: Uint8Array, sealed: Buffer): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(encryptedKey.length);
  return Buffer.concat([length, encryptedKey, sealed]);
}

function unpacked(blob: Buffer): { readonly encryptedKey: Buffer; readonly sealed: Buffer } {
  const end = LENGTH_BYTES + blob.readUInt16BE(0);
  return { encryptedKey: blob.subarray(LENGTH_BYTES, end), sealed: blob.subarray(end) };
}
