import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CertificateAuthority, type KeptAuthority } from '../egress/certificate-authority';
import { read, write } from '../vault/document';
import { Secret } from '../vault/secret';

/** The one version that is ever written: of two gateways that begin at once, the second one finds the first one's. */
const VERSION = '6c1fb0a4-2f53-4d0e-9a6f-0d6a3d6f5b11';

/**
 * The gateway's authority, which outlives each gateway: sandboxes that trust it do so for as long as they live. The first gateway
 * makes it; the key is never anywhere but in that secret and in gateways' memory.
 *
 * @param secretArn a secret that nobody else reads, empty at first. To have another authority, make another secret.
 */
export async function keptAuthority(client: SecretsManagerClient, secretArn: string): Promise<CertificateAuthority> {
  const kept = (await readKept(client, secretArn)) ?? (await makeKept(client, secretArn));
  return CertificateAuthority.open(kept);
}

async function readKept(client: SecretsManagerClient, secretArn: string): Promise<KeptAuthority | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return SecretString === undefined ? undefined : read<KeptAuthority>(new Secret(SecretString));
  } catch (error) {
    // A secret without a value reads as absent.
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function makeKept(client: SecretsManagerClient, secretArn: string): Promise<KeptAuthority> {
  const made = await CertificateAuthority.make();
  const SecretString = write(made).reveal();
  try {
    await client.send(new PutSecretValueCommand({ SecretId: secretArn, ClientRequestToken: VERSION, SecretString }));
    return made;
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    const kept = await readKept(client, secretArn);
    if (!kept) throw error;
    return kept;
  }
}
