import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { openStore, surroundings } from '../aws/compose';
import { answerCloudFormation, type CustomResourceEvent } from '../aws/custom-resource';
import { hashOfSecret, Keys } from '../resources/keys';

const store = openStore();
const secrets = new SecretsManagerClient({});
const keys = new Keys({ ...surroundings, store });

/**
 * Makes the first API key when the stack is deployed: its hash into the store, the key itself into a secret, and nowhere else.
 * A key that is there already stays. When the stack is deleted, the key goes with its secret or with the store.
 */
export const handler = (event: CustomResourceEvent): Promise<void> =>
  answerCloudFormation(event, async ({ RequestType, ResourceProperties }) => {
    const { secretArn = '', workspace = '' } = ResourceProperties;
    if (RequestType === 'Delete' || (await holdsKey(secretArn))) return;
    const { secret } = await keys.createApiKey(workspace, 'made at deployment');
    await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: secret }));
  });

async function holdsKey(secretArn: string): Promise<boolean> {
  try {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
    const known = await store.keys.findByHash(hashOfSecret(SecretString));
    return known !== undefined && known.revokedAt === null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
