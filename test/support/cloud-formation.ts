import type { AwsAnswer, AwsCall } from '../aws/aws-server';

/** What CloudFormation answers to somebody who asks for one of these stacks, each with its outputs. */
export function describeStacks({ body }: AwsCall, stacks: Readonly<Record<string, Record<string, string>>>): AwsAnswer {
  const asked = new URLSearchParams(body);
  const outputs = asked.get('Action') === 'DescribeStacks' ? stacks[asked.get('StackName') ?? ''] : undefined;
  if (!outputs) {
    const error =
      '<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack does not exist</Message></Error>';
    return { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<member><Outputs>${members.join('')}</Outputs></member>`;
  return {
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}
