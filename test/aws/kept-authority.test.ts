import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { keptAuthority } from '../../runtime/aws/kept-authority';
import { startAwsServer, type AwsServer } from './aws-server';

/** What the secret holds, as Secrets Manager keeps it: a version that is there is not written again. */
let kept: string | undefined;
/** Happens between a look at the secret and the next call. */
let meanwhile: (() => void) | undefined;
let aws: AwsServer;
let client: SecretsManagerClient;

beforeAll(async () => {
  aws = await startAwsServer(({ target, body }) => {
    if (target === 'GetSecretValue') {
      const found = kept;
      meanwhile?.();
      meanwhile = undefined;
      if (found !== undefined) return { body: { SecretString: found } };
      return { status: 400, body: { __type: 'ResourceNotFoundException' } };
    }
    if (kept !== undefined) return { status: 400, body: { __type: 'ResourceExistsException' } };
    kept = (JSON.parse(body) as { SecretString: string }).SecretString;
    return { body: {} };
  });
  client = new SecretsManagerClient(aws.config);
});
afterAll(() => aws.close());
beforeEach(() => {
  kept = undefined;
  meanwhile = undefined;
});

describe('the authority of the gateway in AWS', () => {
  test('is made by the first gateway and found by all others', async () => {
    const first = await keptAuthority(client, 'arn:secret');
    const second = await keptAuthority(client, 'arn:secret');
    expect(second.certificate).toBe(first.certificate);
    expect(kept).toContain('PRIVATE KEY');
  });

  test('is one, also when two gateways begin at once', async () => {
    const first = await keptAuthority(client, 'arn:secret');
    const winner = kept;
    kept = undefined;
    meanwhile = () => (kept = winner);
    expect((await keptAuthority(client, 'arn:secret')).certificate).toBe(first.certificate);
  });
});
