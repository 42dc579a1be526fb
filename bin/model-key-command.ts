import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOf, outputOf } from './deployment';
import { MODEL_KEY_HELP, UsageError } from './usage';

/** `model-key`: puts the key of the model API into its secret in a deployment. It is no argument, which others could see. */
export async function modelKeyCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      stack: { type: 'string' },
      region: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(MODEL_KEY_HELP);
    return;
  }
  if (values.stack === undefined) throw new UsageError('Say which deployment: its --stack.');
  const deployment = { stack: values.stack, region: values.region };
  const key = await givenKey();
  const secret = await outputOf(deployment, 'ModelKeySecret');
  const client = new SecretsManagerClient(clientOf(deployment));
  await client.send(new PutSecretValueCommand({ SecretId: secret, SecretString: key }));
  console.log(`The key is in ${secret}. Who used another one takes it up within five minutes.`);
}

/** The key from the environment, or from standard input where something is piped in. */
async function givenKey(): Promise<string> {
  const { MODEL_API_KEY, ANTHROPIC_API_KEY } = process.env;
  const key = (MODEL_API_KEY || ANTHROPIC_API_KEY || (await pipedIn())).trim();
  if (key === '') throw new UsageError('Give the key as ANTHROPIC_API_KEY, or on standard input.');
  return key;
}

const pipedIn = async (): Promise<string> => (process.stdin.isTTY ? '' : text(process.stdin));
