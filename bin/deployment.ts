import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** A deployment of this service, by the name of its stack. */
export interface Deployment {
  readonly stack: string;
  /** @default - that of the environment or of the profile */
  readonly region: string | undefined;
}

/** For the constructor of any client: the Region as the AWS CLI would choose it; the SDK does not know the last variable. */
export const clientOf = ({ region }: Deployment): { readonly region: string | undefined } => ({
  region: region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
});

/**
 * An output of the stack. Its id is its place in the stack, its name and a hash.
 *
 * @throws Error when there is no such stack, or not exactly one such output.
 */
export async function outputOf(deployment: Deployment, name: string): Promise<string> {
  const { stack } = deployment;
  const client = new CloudFormationClient(clientOf(deployment));
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  const id = new RegExp(`${name}[0-9A-F]{8}$`);
  const outputs = Stacks.flatMap(({ Outputs = [] }) => Outputs);
  const [found, another] = outputs.filter(({ OutputKey = '' }) => id.test(OutputKey));
  if (!found?.OutputValue) {
    throw new Error(`The stack ${stack} has no output ${name}: is it one of this service, and of its latest version?`);
  }
  if (another) throw new Error(`The stack ${stack} has several services, so nobody knows which one is meant`);
  return found.OutputValue;
}
