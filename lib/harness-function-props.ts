import type { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { TokenPrices } from '../runtime/model/prices';
import type { ICredentialVault } from './credential-vault';
import type { FunctionChoices } from './lambda-function';
import type { ModelProvider } from './model-provider';
import type { ISandboxFleet } from './sandbox-fleet';
import type { ISessionBell } from './session-bell';
import type { ISessionStore } from './session-store';
import type { TraceExport } from './trace-export';

/** What can be chosen of the harness. */
export interface HarnessFunctionProps extends FunctionChoices {
  readonly store: ISessionStore;

  /**
   * Who serves the model.
   *
   * @default ModelProvider.anthropicApi()
   */
  readonly model?: ModelProvider;

  /**
   * What you pay for models, by id, in dollars for a million tokens. Costs, budgets and the alarm on spending go by it. A model
   * that is neither here nor public has no price, and its sessions cannot have a budget.
   *
   * @default - the public list prices
   */
  readonly modelPrices?: Readonly<Record<string, TokenPrices>>;

  /**
   * Where traces go, beside the log.
   *
   * @default - nowhere
   */
  readonly traces?: TraceExport;

  /**
   * A key of yours, to encrypt the secret of the model's key, where one is made.
   *
   * @default - the account's key of Secrets Manager, at no cost
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where sandboxes run.
   *
   * @default - nowhere: sessions in `cloud` environments get an error for each call of a built-in tool
   */
  readonly sandboxes?: ISandboxFleet;

  /**
   * The bell over which its sandboxes are told of their calls.
   *
   * @default - none: each sandbox holds a stream open
   */
  readonly bell?: ISessionBell;

  /**
   * The vaults whose credentials MCP servers are sent.
   *
   * @default - none: MCP servers are dialled without credentials
   */
  readonly vault?: ICredentialVault;

  /**
   * Hosts of MCP servers that may be dialled although they resolve to private addresses, or speak plain `http`: exact names,
   * addresses, or `*.domain`. A server in a VPC of yours needs `vpc` as well.
   *
   * @default - none: private and link-local addresses are refused
   */
  readonly privateHosts?: string[];

  /**
   * The VPC in which the harness runs, for MCP servers that only it can reach. Its subnets must lead to the internet (or to endpoints
   * of DynamoDB, S3, Secrets Manager, Lambda and ECS, and to the model API), which costs what the VPC costs. A bell takes a way to the
   * internet.
   *
   * @default - none: the harness reaches the internet and nothing private
   */
  readonly vpc?: ec2.IVpc;

  /** Where in the VPC. @default - its private subnets with a way out */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /** @default - one of its own, with every way out and none in */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Memory in MiB; the processor's share grows with it. A harness mostly waits for the model. 256 do for conversations in words.
   *
   * @default 384
   */
  readonly memorySize?: number;

  /**
   * How long one wake may take before another goes on with its thread.
   *
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;
}
