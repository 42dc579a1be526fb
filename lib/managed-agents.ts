import { CfnOutput, type RemovalPolicy } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { CredentialVault, type CredentialVaultProps } from './credential-vault';
import { EgressGateway, type EgressGatewayProps } from './egress-gateway';
import { FirstKey } from './first-key';
import { HarnessFunction } from './harness-function';
import type { HarnessFunctionProps } from './harness-function-props';
import { KeyCommands } from './key-commands';
import type { FunctionChoices } from './lambda-function';
import type { ModelProvider } from './model-provider';
import { Monitoring } from './monitoring';
import type { MonitoringProps } from './monitoring-props';
import { SandboxFleet } from './sandbox-fleet';
import type { SandboxFleetProps } from './sandbox-fleet-props';
import { SandboxWatch } from './sandbox-watch';
import { SessionApi } from './session-api';
import type { SessionApiProps } from './session-api-props';
import { SessionBell } from './session-bell';
import { SessionStore, type ISessionStore, type SessionStoreProps } from './session-store';
import { Sweeper } from './sweeper';
import { VersionJanitor } from './version-janitor';

/** What of a part is not decided by its place in the whole. */
type Choices<Props, Given extends keyof Props> = Omit<Props, Given | keyof FunctionChoices>;

export interface ManagedAgentsProps extends FunctionChoices {
  /**
   * A key of yours, for everything that is stored. A store of your own keeps its own key.
   *
   * @default - keys of AWS, at no cost
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of sessions when the stack is deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * A store that exists already.
   *
   * @default - a new one
   */
  readonly store?: ISessionStore;

  /** Further choices for a new store. @default - those of `SessionStore` */
  readonly storeOptions?: Omit<SessionStoreProps, 'encryptionKey' | 'removalPolicy'>;

  /**
   * Who serves the model.
   *
   * @default ModelProvider.anthropicApi()
   */
  readonly model?: ModelProvider;

  /** Further choices for the harness. @default - those of `HarnessFunction` */
  readonly harness?: Choices<
    HarnessFunctionProps,
    'store' | 'model' | 'encryptionKey' | 'sandboxes' | 'bell' | 'vault' | 'privateHosts'
  >;

  /**
   * Hosts that may be reached although they resolve to private addresses, or speak plain `http`: by MCP calls, and with credentials.
   * Exact names, addresses, or `*.domain`.
   *
   * @default - none
   */
  readonly privateHosts?: string[];

  /**
   * Choices for the sandboxes of `cloud` environments, or `false` for none: sessions then have `self_hosted` environments.
   *
   * @default - those of `SandboxFleet`
   */
  readonly sandboxes?: SandboxFleetProps | false;

  /**
   * The way out of sandboxes whose network is limited, or whose session has credentials that stand in their environment. It costs
   * about $23 a month at rest.
   *
   * @default - none: environments with a `limited` network are refused, and sandboxes have no such credentials
   */
  readonly egress?: Omit<EgressGatewayProps, 'store' | 'vault' | 'encryptionKey' | 'privateHosts'>;

  /**
   * Whether the janitor also removes revisions of task definitions that no session needs. That takes the right to deregister every
   * task definition of the account, since ECS lets nobody narrow it.
   *
   * @default false: they stay, and cost nothing
   */
  readonly removesTaskDefinitions?: boolean;

  /** Further choices for the API. @default - those of `SessionApi` */
  readonly api?: Choices<SessionApiProps, 'store' | 'harness' | 'sandboxes' | 'bell' | 'vault'>;

  /**
   * Whether sandboxes are told of their calls over a WebSocket, which costs next to nothing while nothing happens, instead of
   * holding a stream open, which costs a function each. Sandboxes behind the egress gateway hold a stream in any case.
   *
   * @default true, where sandboxes have an open way to the API, unless the harness is in a VPC of yours: ringing takes a way from there
   * to the public address of API Gateway
   */
  readonly bell?: boolean;

  /** Further choices for the vaults. @default - those of `CredentialVault` */
  readonly vault?: Choices<CredentialVaultProps, 'store' | 'encryptionKey' | 'privateHosts'>;

  /** Choices for dashboard and alarms, or `false` for none. @default - those of `Monitoring` */
  readonly monitoring?: Omit<MonitoringProps, 'api' | 'harness' | 'sweeper' | 'sandboxes' | 'bell'> | false;

  /**
   * The workspace of the first API key, which is made at deployment; `false` makes none.
   *
   * @default 'default'
   */
  readonly firstKeyWorkspace?: string | false;
}

/**
 * The Claude Managed Agents API in your account: the store, the harness, the sandboxes and the API, put together. Each part
 * can also be used alone.
 *
 * @example
 * const agents = new ManagedAgents(this, 'Agents');
 * agents.grantInvokeSessions(myFunction);
 * myFunction.addEnvironment('ANTHROPIC_BASE_URL', agents.url);
 */
export class ManagedAgents extends Construct {
  readonly store: ISessionStore;
  readonly harness: HarnessFunction;
  readonly sandboxes?: SandboxFleet;
  readonly sandboxWatch?: SandboxWatch;
  readonly vault: CredentialVault;
  /** What tells sandboxes of their calls, where they have an open way to it. */
  readonly bell?: SessionBell;
  /** The way out of limited sandboxes, if one was wanted. */
  readonly egress?: EgressGateway;
  readonly api: SessionApi;
  readonly sweeper: Sweeper;
  readonly janitor: VersionJanitor;
  /** What makes, lists and revokes API keys; `keys.grantManage` says who may. */
  readonly keys: KeyCommands;
  readonly monitoring?: Monitoring;
  /** The first API key, unless none was wanted. */
  readonly firstKey?: FirstKey;

  constructor(scope: Construct, id: string, props: ManagedAgentsProps = {}) {
    super(scope, id);
    const { encryptionKey, removalPolicy, privateHosts } = props;
    const { logRetention, logLevel, tracing } = props;
    const common: FunctionChoices = { logRetention, logLevel, tracing };

    this.store =
      props.store ?? new SessionStore(this, 'Store', { ...props.storeOptions, encryptionKey, removalPolicy });
    const secret = { store: this.store, encryptionKey, privateHosts };
    this.vault = new CredentialVault(this, 'Vault', { ...common, ...secret, ...props.vault });
    if (props.egress) {
      checkApi(props.api);
      this.egress = new EgressGateway(this, 'Egress', { ...secret, vault: this.vault, ...props.egress });
    }
    const { egress } = this;
    if (props.sandboxes !== false) {
      this.sandboxes = new SandboxFleet(this, 'Sandboxes', { egress, ...props.sandboxes });
    }

    if (hasBell(props, this.sandboxes)) {
      this.bell = new SessionBell(this, 'Bell', { ...common, store: this.store });
    }

    const { bell, vault } = this;
    const parts = { ...common, store: this.store, sandboxes: this.sandboxes };
    const dialling = { model: props.model, encryptionKey, bell, vault, privateHosts };
    this.harness = new HarnessFunction(this, 'Harness', { ...parts, ...dialling, ...props.harness });
    this.api = new SessionApi(this, 'Api', { ...parts, harness: this.harness, bell, vault, ...props.api });
    this.sweeper = new Sweeper(this, 'Sweeper', { ...parts, vault: this.vault, harness: this.harness });
    this.janitor = new VersionJanitor(this, 'Janitor', {
      ...common,
      store: this.store,
      harness: this.harness,
      sandboxes: props.removesTaskDefinitions ? this.sandboxes : undefined,
    });
    this.keys = new KeyCommands(this, 'Keys', { ...common, store: this.store });
    if (this.sandboxes) {
      const { harness, sandboxes, store } = this;
      this.sandboxWatch = new SandboxWatch(this, 'SandboxWatch', { ...common, store, harness, sandboxes });
    }
    const launching = [this.harness, this.api.apiFunction, this.sweeper.function, this.sandboxWatch?.function];
    for (const part of launching) {
      part?.addEnvironment(SETTINGS.apiUrl, this.api.sandboxUrl);
      if (egress) part?.addEnvironment(SETTINGS.egressApiUrl, this.api.url);
      // What starts sandboxes is deleted before those that run are stopped.
      if (this.sandboxes) part?.node.addDependency(this.sandboxes.drain);
    }
    egress?.addApi(this.api.url);

    if (props.firstKeyWorkspace !== false) {
      const workspace = props.firstKeyWorkspace;
      this.firstKey = new FirstKey(this, 'FirstKey', { store: this.store, workspace, encryptionKey });
    }
    if (props.monitoring !== false) {
      this.monitoring = new Monitoring(this, 'Monitoring', {
        ...props.monitoring,
        api: this.api,
        harness: this.harness,
        sweeper: this.sweeper,
        sandboxes: this.sandboxes,
        bell,
      });
    }
    this.output();
  }

  /** What clients take as their base URL. */
  get url(): string {
    return this.api.url;
  }

  /**
   * Lets somebody use sessions: read the first API key, and call the API where it asks for IAM signatures. Give them `url` as
   * the base URL and the secret's ARN, so that they read the key when they need it.
   */
  grantInvokeSessions(grantee: iam.IGrantable): iam.Grant {
    const invoke = this.api.grantInvoke(grantee);
    return this.firstKey ? invoke.combine(this.firstKey.secret.grantRead(grantee)) : invoke;
  }

  private output(): void {
    new CfnOutput(this, 'Url', { value: this.url, description: 'The base URL for the official clients' });
    if (this.firstKey) {
      new CfnOutput(this, 'ApiKeySecret', {
        value: this.firstKey.secret.secretArn,
        description: 'The secret with the first API key',
      });
    }
    new CfnOutput(this, 'KeysFunction', {
      value: this.keys.function.functionName,
      description: 'Behind `managed-agents keys --stack`',
    });
    const { modelKey } = this.harness;
    if (modelKey) {
      new CfnOutput(this, 'ModelKeySecret', {
        value: modelKey.secretArn,
        description: 'Fill it: ANTHROPIC_API_KEY=... npx managed-agents model-key --stack THIS_STACK',
      });
    }
  }
}

/**
 * Whether there is somebody to ring for, and a way for them to hear it.
 *
 * @throws where a bell is asked for that nobody could hear.
 */
function hasBell({ bell: wanted, harness }: ManagedAgentsProps, sandboxes: SandboxFleet | undefined): boolean {
  if (wanted && !sandboxes) {
    throw new Error(
      'bell: there are no sandboxes that it could tell. Leave `bell` out, or do not set `sandboxes` to false',
    );
  }
  if (wanted && sandboxes?.apiEndpoint) {
    throw new Error(
      'bell: sandboxes in isolated subnets reach nothing but the API. Leave `bell` out, or choose another `sandboxes.network`',
    );
  }
  // A VPC of the user's may have endpoints only of the services that the harness needs without a bell.
  return (wanted ?? harness?.vpc === undefined) && sandboxes !== undefined && sandboxes.apiEndpoint === undefined;
}

/** Sandboxes behind the gateway reach the API at its public address, and have no AWS credentials to sign with. */
function checkApi(api: ManagedAgentsProps['api']): void {
  if (!api?.iamAuthorization) return;
  throw new Error(
    'egress: sandboxes behind the gateway cannot sign requests. Leave `api.iamAuthorization` or `egress` out',
  );
}
