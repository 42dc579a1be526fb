import { modelKeyCommand } from '../../bin/model-key-command';
import { UsageError } from '../../bin/usage';
import { startAwsServer, type AwsServer } from '../aws/aws-server';
import { describeStacks } from '../support/cloud-formation';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:model-key';
const environment = { ...process.env };

let aws: AwsServer;
let printed: string[];
beforeAll(async () => {
  aws = await startAwsServer((call) =>
    call.target === 'PutSecretValue'
      ? { body: { ARN: SECRET } }
      : describeStacks(call, { Ours: { AgentsModelKeySecret0A1B2C3D: SECRET }, Bedrock: {} }),
  );
});
afterAll(() => aws.close());
beforeEach(() => {
  printed = [];
  aws.calls.length = 0;
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  process.env.AWS_ENDPOINT_URL = aws.config.endpoint;
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'MODEL_API_KEY']) delete process.env[name];
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  process.env.ANTHROPIC_API_KEY = 'sk-ant-of-the-model';
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
});

const modelKey = (stack: string): Promise<void> => modelKeyCommand(['--stack', stack, '--region', 'eu-west-1']);

test('the model’s key goes into the secret of the deployment, and is not shown', async () => {
  await modelKey('Ours');
  const [, put] = aws.calls;
  expect(JSON.parse(put?.body ?? '')).toMatchObject({ SecretId: SECRET, SecretString: 'sk-ant-of-the-model' });
  expect(printed.join()).toContain(SECRET);
  expect(printed.join()).not.toContain('sk-ant');
});

test('a deployment that has no such secret is told from one that is not there', async () => {
  await expect(modelKey('Bedrock')).rejects.toThrow('The stack Bedrock has no output ModelKeySecret');
  await expect(modelKey('Theirs')).rejects.toThrow('Stack does not exist');
});

test('neither key nor deployment is guessed', async () => {
  await expect(modelKeyCommand([])).rejects.toThrow(UsageError);
  process.env.ANTHROPIC_API_KEY = ' ';
  await expect(modelKey('Ours')).rejects.toThrow(UsageError);
  expect(aws.calls).toEqual([]);
});
