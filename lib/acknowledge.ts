import { Stack, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';

/**
 * Says why a rule of a template checker (cdk-nag, CloudFormation's own) does not hold for a construct and what is below it.
 * The reason travels with the construct into whatever stack uses it.
 */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

/**
 * Says why a permission of a policy, or of whatever is below the scope, ends in a wildcard. cdk-nag names each such finding by
 * the resource as it stands in the template, so that one reason never covers a second wildcard.
 */
export function acknowledgeWildcard(scope: IConstruct, resourceArn: string, reason: string): void {
  const resource = flatten(Stack.of(scope).resolve(resourceArn));
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
}

/** The same for a permission that was granted. What is granted to something outside of the app is checked where that is made. */
export function acknowledgeGrant(grantee: iam.IGrantable, resourceArn: string, reason: string): void {
  const principal: unknown = grantee.grantPrincipal;
  if (Construct.isConstruct(principal)) acknowledgeWildcard(principal, resourceArn, reason);
}

/** A template's expression as cdk-nag prints it: `<LogicalId.Arn>/*`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Ref') return `<${flatten(argument)}>`;
  const parts = argument as [unknown, unknown];
  if (intrinsic === 'Fn::GetAtt') return `<${parts.map(flatten).join('.')}>`;
  if (intrinsic === 'Fn::Join') return (parts[1] as unknown[]).map(flatten).join(flatten(parts[0]));
  return JSON.stringify(value);
}
