import { ArnFormat, Duration, Fn, Resource, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledge, acknowledgeGrant } from './acknowledge';
import { emulatorAddress } from './emulator';
import { FUNCTION_MEMORY_MIB } from './function-memory';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import type { ISessionStore } from './session-store';
import { checkThrottle } from './throttle';

/** What tells sandboxes of their sessions. */
export interface ISessionBell extends IConstruct {
  /** Where sandboxes connect. */
  readonly url: string;
  /** The variables that tell a function of `runtime/` where the bell is. */
  readonly functionEnvironment: Record<string, string>;
  /** Telling connected sandboxes. */
  grantRing(grantee: iam.IGrantable): iam.Grant;
}

export interface SessionBellProps extends FunctionChoices {
  readonly store: ISessionStore;

  /**
   * Connections per second, over all sandboxes. A sandbox that is refused holds a stream until it is let in.
   *
   * @default 50
   */
  readonly rateLimit?: number;

  /**
   * Connections at once, on top of the rate.
   *
   * @default 100
   */
  readonly burstLimit?: number;
}

const STAGE = 'bell';
const DEFAULT_RATE = 50;
const DEFAULT_BURST = 100;
/** What the harness does with connections. */
const RING_ACTIONS = ['execute-api:ManageConnections'];

/**
 * The bell: a WebSocket API over which the harness tells a sandbox of its calls, so that no function has to hold a stream open for
 * it. A sandbox shows its session's token when it connects; from then on it is told, and what it says goes nowhere. What bounds
 * it is in docs/security.md: AWS WAF takes no WebSocket APIs.
 */
export class SessionBell extends Resource implements ISessionBell {
  readonly webSocketApi: apigateway.WebSocketApi;
  readonly stage: apigateway.WebSocketStage;
  /** What lets sandboxes in. */
  readonly function: lambda.Function;
  readonly url: string;

  constructor(scope: Construct, id: string, props: SessionBellProps) {
    super(scope, id);
    checkThrottle(props, 'no sandbox gets in');
    this.function = new LambdaFunction(this, 'Function', {
      entryPoint: 'bell',
      description: 'Lets sandboxes connect to the bell of their session',
      timeout: Duration.seconds(10),
      memorySize: FUNCTION_MEMORY_MIB.bell,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: props.store.functionEnvironment,
    });
    props.store.grantConnect(this.function);
    this.webSocketApi = new apigateway.WebSocketApi(this, 'Sockets', {
      description: 'Tells sandboxes of what concerns them',
      connectRouteOptions: { integration: new WebSocketLambdaIntegration('Connect', this.function) },
    });
    this.stage = new apigateway.WebSocketStage(this, 'Stage', {
      webSocketApi: this.webSocketApi,
      stageName: STAGE,
      autoDeploy: true,
      throttle: { rateLimit: props.rateLimit ?? DEFAULT_RATE, burstLimit: props.burstLimit ?? DEFAULT_BURST },
    });
    acknowledge(this.webSocketApi, 'AwsSolutions-APIG4', TOKENS_IN_FUNCTION);
    acknowledge(this.stage, 'AwsSolutions-APIG1', LOGS_IN_FUNCTION);
    this.url = this.address();
  }

  private address(): string {
    const { apiId } = this.webSocketApi;
    const emulator = emulatorAddress(this);
    // No name of the kind that API Gateway gives leads to an emulator.
    if (emulator !== undefined) {
      return Fn.join('', [emulator.replace(/^http/, 'ws'), '/_aws/execute-api/', apiId, '/', STAGE]);
    }
    const { region, urlSuffix } = Stack.of(this);
    return Fn.join('', ['wss://', apiId, '.execute-api.', region, '.', urlSuffix, '/', STAGE]);
  }

  get functionEnvironment(): Record<string, string> {
    return { [SETTINGS.bellUrl]: this.url };
  }

  grantRing(grantee: iam.IGrantable): iam.Grant {
    const connections = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.webSocketApi.apiId,
      resourceName: `${STAGE}/POST/@connections/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    acknowledgeGrant(grantee, connections, 'Connections come and go; these are the connections of this bell alone');
    return iam.Grant.addToPrincipal({ grantee, actions: RING_ACTIONS, resourceArns: [connections] });
  }
}

const LOGS_IN_FUNCTION =
  'The function logs each connection; logs of API Gateway take a role that is set for the whole account';
const TOKENS_IN_FUNCTION = 'The function that lets connections in checks the token of the session';
