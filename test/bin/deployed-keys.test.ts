import { keysCommand } from '../../bin/keys-command';
import { UsageError } from '../../bin/usage';
import { serveKeys } from '../../runtime/aws/remote-keys';
import { systemIds } from '../../runtime/contract/ids';
import { systemClock } from '../../runtime/contract/time';
import { hashOfSecret, Keys } from '../../runtime/resources/keys';
import type { KeyRecord } from '../../runtime/store/ports';
import type { LogEntry } from '../../runtime/telemetry/log';
import { startAwsServer, type AwsAnswer, type AwsCall, type AwsServer } from '../aws/aws-server';
import { openEngine, type Engine } from '../store/engine';
import { describeStacks } from '../support/cloud-formation';

const FUNCTION = 'ManagedAgents-AgentsKeysFunction-1';
const OUTPUTS = { AgentsUrl1234ABCD: 'https://api', AgentsKeysFunction0A1B2C3D: FUNCTION };

let engine: Engine;
let aws: AwsServer;
/** What stands in stdout, stderr and the log of the function. */
let printed: string[];
let noted: string[];
let logged: string[];
let outputs: Record<string, string>;
const environment = { ...process.env };

beforeAll(async () => {
  engine = await openEngine();
  aws = await startAwsServer(answer);
});
afterAll(async () => {
  aws.close();
  await engine.close();
});
beforeEach(() => {
  [printed, noted, logged] = [[], [], []];
  outputs = OUTPUTS;
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void noted.push(line));
  process.env.AWS_ENDPOINT_URL = aws.config.endpoint;
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
});

const note = (entry: LogEntry): void => void logged.push(JSON.stringify(entry));

/** CloudFormation with one stack, and Lambda with its function for keys, which runs here. */
async function answer(call: AwsCall): Promise<AwsAnswer> {
  const { path, body } = call;
  if (path.startsWith('/2015-03-31/functions/')) {
    if (!path.includes(`/${FUNCTION}/`)) return { status: 404, body: { Message: 'Function not found' } };
    const keys = new Keys({ store: engine.store, clock: systemClock, ids: systemIds });
    return { body: await serveKeys(keys, note)(JSON.parse(body)) };
  }
  return describeStacks(call, { Ours: outputs });
}

const keys = (...args: string[]): Promise<void> =>
  keysCommand('api_key', [...args, '--stack', 'Ours', '--region', 'eu-west-1']);
const environmentKeys = (...args: string[]): Promise<void> =>
  keysCommand('environment_key', [...args, '--stack', 'Ours', '--region', 'eu-west-1']);

/** What a request with the key that was printed would find. */
const foundByKey = (): Promise<KeyRecord | undefined> => engine.store.keys.findByHash(hashOfSecret(printed[0] ?? ''));

describe('keys of a deployment', () => {
  test('are made by its function, and shown once', async () => {
    await keys('create', '--workspace', 'team', '--name', 'ci');
    const made = await foundByKey();
    expect(made).toMatchObject({ name: 'ci', principal: { kind: 'api_key', workspace: 'team' } });
    const [secret = ''] = printed;
    expect(printed).toHaveLength(1);

    await keys('list');
    expect(printed[1]).toContain(made?.id);
    expect([...printed.slice(1), ...noted, ...logged].join()).not.toContain(secret);
    expect(logged.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { message: 'keys were changed', fields: { command: 'create_api_key', key_ids: made?.id } },
    ]);
  });

  test('end when they are revoked', async () => {
    await keys('create');
    const made = await foundByKey();
    await keys('revoke', made?.id ?? '');
    expect(await foundByKey()).toBeUndefined();
    expect(logged.at(-1)).toContain('revoke');
  });

  test('serve an environment that is there, and no other', async () => {
    await engine.store.environments.create('default', 'env_1', { id: 'env_1' } as never);
    await environmentKeys('create', 'env_1');
    expect(await foundByKey()).toMatchObject({ principal: { kind: 'environment_key', environmentId: 'env_1' } });
    await expect(environmentKeys('create', 'env_2')).rejects.toThrow('env_2 not found in workspace default');
  });

  test('are asked for in the Region that was named', async () => {
    await keys('list');
    const signatures = aws.calls.slice(-2).map(({ headers }) => String(headers.authorization));
    expect(signatures).toEqual([
      expect.stringContaining('/eu-west-1/cloudformation/'),
      expect.stringContaining('/eu-west-1/lambda/'),
    ]);
  });

  test('are out of reach where the stack is none, or none of ours', async () => {
    await expect(keysCommand('api_key', ['list', '--stack', 'Theirs', '--region', 'eu-west-1'])).rejects.toThrow(
      'Stack does not exist',
    );
    outputs = { Url: 'https://elsewhere' };
    await expect(keys('list')).rejects.toThrow('The stack Ours has no output KeysFunction');
    outputs = { ...OUTPUTS, OthersKeysFunction99999999: 'another' };
    await expect(keys('list')).rejects.toThrow('several services');
  });

  test('are not those of this machine', async () => {
    await expect(keys('list', '--data', 'somewhere')).rejects.toThrow(UsageError);
    await expect(keysCommand('api_key', ['list', '--region', 'eu-west-1'])).rejects.toThrow(UsageError);
  });
});

test.each([
  [undefined, 'type: must be one of'],
  [{ type: 'list', kind: 'session_token' }, 'kind: must be one of'],
  [{ type: 'create_api_key', workspace: 7 }, 'workspace: must be a string'],
  [{ type: 'create_api_key', workspace: '../team' }, 'workspace: use up to 64 letters'],
  [{ type: 'revoke' }, 'keyId: must be a string'],
  [{ type: 'revoke', keyId: 'apikey_none' }, 'Key apikey_none not found'],
])('the function refuses %j', async (event, words) => {
  const serve = serveKeys(new Keys({ store: engine.store, clock: systemClock, ids: systemIds }), note);
  expect(await serve(event)).toEqual({ refused: expect.stringContaining(words) });
});
