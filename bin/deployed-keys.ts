import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { askKeys } from '../runtime/aws/remote-keys';
import type { KeyAnswer, KeyCommand } from '../runtime/resources/key-commands';

/** A deployment of this service, and where it is. */
export interface Deployment {
  readonly stack: string;
  /** @default - that of the environment or of the profile */
  readonly region: string | undefined;
}

/** The output of the stack that names the function: its place in the stack, the output's name and a hash. */
const KEYS_FUNCTION = /KeysFunction[0-9A-F]{8}$/;

/**
 * Has a deployment do what a command about keys says. Takes the credentials that the AWS CLI would take; who they stand for must
 * be allowed to describe the stack and to invoke its function for keys.
 *
 * @throws Error when there is no such stack or it has no such function; with the words of AWS or of the function, when they refuse.
 */
export async function askDeployment({ stack, region }: Deployment, command: KeyCommand): Promise<KeyAnswer> {
  const place = { region: region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION };
  const functionName = await keysFunctionOf(stack, new CloudFormationClient(place));
  return askKeys(new LambdaClient(place), functionName, command);
}

async function keysFunctionOf(stack: string, client: CloudFormationClient): Promise<string> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks.flatMap(({ Outputs = [] }) => Outputs);
  const [found, another] = outputs.filter(({ OutputKey = '' }) => KEYS_FUNCTION.test(OutputKey));
  if (!found?.OutputValue) {
    throw new Error(
      `The stack ${stack} has no output KeysFunction: is it one of this service, and of its latest version?`,
    );
  }
  if (another) throw new Error(`The stack ${stack} has several services, so nobody knows whose keys are meant`);
  return found.OutputValue;
}
