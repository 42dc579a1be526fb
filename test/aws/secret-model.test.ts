import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretModel } from '../../runtime/aws/secret-model';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import { eventually } from '../support/eventually';
import { startAwsServer, type AwsAnswer, type AwsServer } from './aws-server';

let secret: AwsAnswer;
let refused: string | undefined;
const keysSeen: unknown[] = [];
let secrets: AwsServer;
let model: AwsServer;
beforeAll(async () => {
  secrets = await startAwsServer(() => secret);
  model = await startAwsServer(({ headers }) => {
    const key = headers.authorization?.toString().replace('Bearer ', '');
    keysSeen.push(key);
    return { status: key === refused ? 401 : 200, body: { data: [], has_more: false, first_id: null, last_id: null } };
  });
});
afterAll(() => {
  secrets.close();
  model.close();
});
beforeEach(() => {
  secrets.calls.length = 0;
  keysSeen.length = 0;
  refused = undefined;
  secret = { body: { SecretString: 'first-key\n' } };
});

function open() {
  let now = 0;
  const provider = createSecretModel({
    client: new SecretsManagerClient(secrets.config),
    clock: { now: () => now },
    secretArn: 'arn:secret',
    baseURL: model.config.endpoint,
  });
  return { provider, wait: (seconds: number) => (now += seconds * MICROS_PER_SECOND) };
}

describe('a model whose key is a secret', () => {
  test('is asked with the key, which is read once for some minutes', async () => {
    const { provider, wait } = open();
    await provider.models();
    await provider.models();
    expect(keysSeen).toEqual(['first-key', 'first-key']);
    expect(secrets.calls).toHaveLength(1);
    secret = { body: { SecretString: 'second-key' } };
    wait(301);
    await provider.models();
    expect(keysSeen.at(-1)).toBe('second-key');
  });

  test('tries a new key at once where the old one is refused, and does not go on trying', async () => {
    const { provider } = open();
    await provider.models();
    refused = 'first-key';
    secret = { body: { SecretString: 'second-key' } };
    await expect(provider.models()).resolves.toEqual([]);
    expect(keysSeen).toEqual(['first-key', 'first-key', 'second-key']);
    refused = 'second-key';
    await expect(provider.models()).rejects.toMatchObject({ transient: false });
    expect(keysSeen).toHaveLength(4);
  });

  test('looks for a new key beside a request, which does not wait for it', async () => {
    const { provider, wait } = open();
    await provider.models();
    secret = { body: { SecretString: 'second-key' } };
    wait(11);
    await provider.models();
    expect(keysSeen.at(-1)).toBe('first-key');
    await eventually(() => secrets.calls.length === 2);
    await eventually(async () => {
      await provider.models();
      return keysSeen.at(-1) === 'second-key';
    });
  });

  test('says what to do while the secret is empty, and works as soon as it is not', async () => {
    const { provider } = open();
    secret = { status: 400, body: { __type: 'ResourceNotFoundException', Message: 'no value' } };
    await expect(provider.models()).rejects.toMatchObject({
      failure: 'model_request_failed_error',
      transient: false,
      message: expect.stringContaining('Put the key'),
    });
    secret = { body: { SecretString: 'first-key' } };
    await expect(provider.models()).resolves.toEqual([]);
  });

  test('may be asked again where the secret could not be read', async () => {
    const { provider } = open();
    secret = { status: 500, body: { __type: 'InternalServiceError' } };
    await expect(provider.models()).rejects.toMatchObject({ transient: true });
  });
});
