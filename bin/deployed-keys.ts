import { LambdaClient } from '@aws-sdk/client-lambda';
import { askKeys } from '../runtime/aws/remote-keys';
import type { KeyAnswer, KeyCommand } from '../runtime/resources/key-commands';
import { clientOf, outputOf, type Deployment } from './deployment';

/**
 * Has a deployment do what a command about keys says. Takes the credentials that the AWS CLI would take; who they stand for must
 * be allowed to describe the stack and to invoke its function for keys.
 *
 * @throws Error when there is no such stack or it has no such function; with the words of AWS or of the function, when they refuse.
 */
export async function askDeployment(deployment: Deployment, command: KeyCommand): Promise<KeyAnswer> {
  const functionName = await outputOf(deployment, 'KeysFunction');
  return askKeys(new LambdaClient(clientOf(deployment)), functionName, command);
}
