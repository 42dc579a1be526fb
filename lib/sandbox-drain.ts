import { CustomResource, Duration, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeGrant } from './acknowledge';
import { LambdaFunction } from './lambda-function';
import { LIST_ACTIONS, TASK_ACTIONS } from './sandbox-fleet-perms';

export interface SandboxDrainProps {
  readonly clusterArn: string;
  /** The ARN pattern of the cluster's tasks. */
  readonly taskArns: string;
  /** The families of task definitions whose tasks are stopped. */
  readonly families: readonly string[];
}

/** Longer than a sandbox takes to save its files. */
const TIMEOUT = Duration.minutes(10);

/**
 * Stops the sandboxes that still run when the stack is deleted. A cluster with tasks in it cannot be deleted, nor can their
 * subnets: the deletion would fail after a long wait. What starts sandboxes must depend on this, so that it is gone before.
 */
export class SandboxDrain extends Resource {
  constructor(scope: Construct, id: string, { clusterArn, taskArns, families }: SandboxDrainProps) {
    super(scope, id);
    const drain = new LambdaFunction(this, 'Function', {
      entryPoint: 'sandbox-drain',
      description: 'Stops the sandboxes that still run when the stack is deleted',
      timeout: TIMEOUT,
      memorySize: 128,
    });
    const conditions = { ArnEquals: { 'ecs:cluster': clusterArn } };
    const grant = (actions: string[], resource: string, reason: string): void => {
      drain.addToRolePolicy(new iam.PolicyStatement({ actions, resources: [resource], conditions }));
      acknowledgeGrant(drain, resource, reason);
    };
    grant(TASK_ACTIONS, taskArns, 'Tasks come and go; these are the tasks of this cluster alone');
    grant(
      LIST_ACTIONS,
      '*',
      'ListTasks has no resource that a policy could name; the condition keeps it to this cluster',
    );
    const drained = new CustomResource(this, 'Drained', {
      resourceType: 'Custom::SandboxDrain',
      serviceToken: drain.functionArn,
      serviceTimeout: TIMEOUT,
      properties: { cluster: clusterArn, families: families.join(',') },
    });
    // The function's permissions stand in a policy of their own, which must outlive this.
    drained.node.addDependency(drain);
  }
}
