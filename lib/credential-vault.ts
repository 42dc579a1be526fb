import { Duration, Names, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { LambdaFunction, type EntryPoint, type FunctionChoices } from './lambda-function';
import { privateHostsEnvironment } from './private-hosts';
import type { ISessionStore } from './session-store';
import { VaultStorage, type VaultStorageConfig } from './vault-storage';

/** Where the secrets of credentials are kept. */
export interface ICredentialVault extends IConstruct {
  /** The variables that tell a function of `runtime/` where to put secrets in. */
  readonly functionEnvironment: Record<string, string>;
  /** The variables that tell a function of `runtime/` whom to ask for what a session's vaults allow. */
  readonly brokerEnvironment: Record<string, string>;
  /** Putting secrets in, changing and purging them, and having them tried. Nothing comes out. */
  grantKeep(grantee: iam.IGrantable): iam.Grant;
  /** Getting what the vaults of a session allow for a destination. Whoever may do this may name any session. */
  grantBroker(grantee: iam.IGrantable): iam.Grant;
}

/** What names an existing vault. */
export interface CredentialVaultAttributes {
  readonly keeperFunctionArn: string;
  readonly brokerFunctionArn: string;
}

export interface CredentialVaultProps extends FunctionChoices {
  readonly store: ISessionStore;

  /**
   * A key of yours, to encrypt the secrets.
   *
   * @default - the account's key of Secrets Manager, at no cost
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where the secrets are kept.
   *
   * @default VaultStorage.secretsManager()
   */
  readonly storage?: VaultStorage;

  /**
   * Hosts that credentials may be sent to although they resolve to private addresses, or speak plain `http`: exact names,
   * addresses, or `*.domain`.
   *
   * @default - none: private and link-local addresses are refused
   */
  readonly privateHosts?: string[];
}

/** Longer than the API waits for an answer, so that what it asked for comes to its end. */
const TIMEOUT = Duration.minutes(1);
const MEMORY_MIB = 256;

abstract class CredentialVaultBase extends Resource implements ICredentialVault {
  abstract readonly keeperFunction: lambda.IFunction;
  abstract readonly brokerFunction: lambda.IFunction;

  get functionEnvironment(): Record<string, string> {
    return { [SETTINGS.vaultKeeperFunction]: this.keeperFunction.functionName };
  }

  get brokerEnvironment(): Record<string, string> {
    return { [SETTINGS.vaultBrokerFunction]: this.brokerFunction.functionName };
  }

  grantKeep(grantee: iam.IGrantable): iam.Grant {
    return grantCall(grantee, this.keeperFunction);
  }

  grantBroker(grantee: iam.IGrantable): iam.Grant {
    return grantCall(grantee, this.brokerFunction);
  }
}

/**
 * The secrets of vaults, and the two functions that may read them: the keeper, whom the API asks, and the broker, whom the harness and
 * the egress gateway ask. Secrets stay when the stack goes; in Secrets Manager, their names begin with `secretPrefix`.
 */
export class CredentialVault extends CredentialVaultBase {
  /** The vault of another stack. */
  static fromCredentialVaultAttributes(
    scope: Construct,
    id: string,
    attributes: CredentialVaultAttributes,
  ): ICredentialVault {
    return new ImportedCredentialVault(scope, id, attributes);
  }

  readonly keeperFunction: lambda.Function;
  readonly brokerFunction: lambda.Function;
  /** What the names of the secrets begin with. */
  readonly secretPrefix: string;

  constructor(scope: Construct, id: string, props: CredentialVaultProps) {
    super(scope, id);
    this.secretPrefix = `${Names.uniqueResourceName(this, { maxLength: 128 })}/vaults`;
    const { secretPrefix } = this;
    const { storage = VaultStorage.secretsManager(), encryptionKey } = props;
    const secrets = storage.bind(this, { secretPrefix, encryptionKey });
    const behind = (name: string, entryPoint: EntryPoint, description: string): lambda.Function =>
      this.behindTheBoundary(name, entryPoint, description, props, secrets);
    this.keeperFunction = behind('Keeper', 'vault-keeper', 'Takes secrets in for the API');
    this.brokerFunction = behind('Broker', 'vault-broker', 'Gives out what the vaults of a session allow');
    // Whose vaults a session has stands in its record.
    props.store.grantFollow(this.brokerFunction);
  }

  private behindTheBoundary(
    id: string,
    entryPoint: EntryPoint,
    description: string,
    { store, privateHosts, ...props }: CredentialVaultProps,
    secrets: VaultStorageConfig,
  ): lambda.Function {
    const behind = new LambdaFunction(this, id, {
      entryPoint,
      description,
      timeout: TIMEOUT,
      memorySize: MEMORY_MIB,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: {
        ...store.functionEnvironment,
        ...secrets.environment,
        ...privateHostsEnvironment(privateHosts),
      },
    });
    store.grantWriteControl(behind);
    secrets.grant(behind);
    return behind;
  }
}

class ImportedCredentialVault extends CredentialVaultBase {
  readonly keeperFunction: lambda.IFunction;
  readonly brokerFunction: lambda.IFunction;

  constructor(scope: Construct, id: string, { keeperFunctionArn, brokerFunctionArn }: CredentialVaultAttributes) {
    super(scope, id);
    this.keeperFunction = lambda.Function.fromFunctionArn(this, 'Keeper', keeperFunctionArn);
    this.brokerFunction = lambda.Function.fromFunctionArn(this, 'Broker', brokerFunctionArn);
  }
}

/** By the function alone, not by a version or an alias of it: it is called as it is now. */
const grantCall = (grantee: iam.IGrantable, callee: lambda.IFunction): iam.Grant =>
  iam.Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [callee.functionArn] });
