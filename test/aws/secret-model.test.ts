import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretModel } from '../../runtime/aws/secret-model';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import { startAwsServer, type AwsAnswer, type AwsServer } from './aws-server';

let secret: AwsAnswer;
let modelStatus: number;
const keysSeen: unknown[] = [];
let secrets: AwsServer;
let model: AwsServer;
beforeAll(async () => {
  secrets = await startAwsServer(() => secret);
  model = await startAwsServer(({ headers }) => {
    keysSeen.push(headers.authorization?.toString().replace('Bearer ', ''));
    return { status: modelStatus, body: { data: [], has_more: false, first_id: null, last_id: null } };
  });
});
afterAll(() => {
  secrets.close();
  model.close();
});
beforeEach(() => {
  secrets.calls.length = 0;
  keysSeen.length = 0;
  modelStatus = 200;
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

  test('reads the key again once it was refused', async () => {
    const { provider } = open();
    modelStatus = 401;
    await expect(provider.models()).rejects.toMatchObject({ transient: false });
    secret = { body: { SecretString: 'second-key' } };
    modelStatus = 200;
    await provider.models();
    expect(keysSeen).toEqual(['first-key', 'second-key']);
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
