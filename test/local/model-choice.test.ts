import { Closing } from '../../runtime/local/closing';
import { openModel, type ModelChoice } from '../../runtime/local/model-choice';
import { startFront, type ModelFront } from '../aws/model-front';

const closing = new Closing();
const REQUEST = { model: 'claude-opus-5-5', max_tokens: 50, messages: [{ role: 'user' as const, content: 'Hello' }] };
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const before = { ...process.env };
let front: ModelFront;

beforeAll(() => Object.assign(process.env, CREDENTIALS));
afterEach(() => front.close());
afterAll(async () => {
  process.env = before;
  await closing.close();
});

test.each<[string, string, (baseURL: string) => ModelChoice]>([
  [
    'Bedrock',
    'bedrock',
    (baseURL) => ({
      type: 'bedrock',
      region: 'us-east-1',
      models: { 'claude-opus-5-5': 'global.anthropic.claude-opus-5-5' },
      baseURL,
    }),
  ],
  [
    'Claude Platform on AWS',
    'aws-external-anthropic',
    (baseURL) => ({ type: 'claude_platform', region: 'us-east-1', workspaceId: 'wrkspc_1', baseURL }),
  ],
])('%s is asked with the credentials of this machine', async (name, service, choice) => {
  const frames = service === 'bedrock';
  front = await startFront([{ blocks: [{ type: 'text', text: 'Hello' }] }], { scope: `us-east-1/${service}`, frames });
  const { provider, description } = await openModel(choice(front.url), closing);
  expect(await provider.respond(REQUEST, {})).toMatchObject({ blocks: [{ type: 'text', text: 'Hello' }] });
  expect(description).toContain(name);
});
