import { ArnFormat, Duration, Fn, Resource, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct, IConstruct } from 'constructs';
import { acknowledge } from './acknowledge';
import { writeErrorsLikeTheApi } from './api-errors';
import { addRoutes, STAGE } from './api-routes';
import { emulatorAddress } from './emulator';
import { FUNCTION_MEMORY_MIB } from './function-memory';
import { LambdaFunction } from './lambda-function';
import { PrivateApi } from './private-api';
import type { SessionApiProps } from './session-api-props';
import { checkThrottle } from './throttle';
import { commonRulesAcl } from './web-acl';

/** The API, as others see it. */
export interface ISessionApi extends IConstruct {
  /** What clients take as their base URL: without `/v1`. */
  readonly url: string;
  /** Calling the API, where it asks for IAM signatures. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant;
}

/** What names an existing API. */
export interface SessionApiAttributes {
  readonly restApiId: string;
  /** @default - the address that API Gateway gives it */
  readonly url?: string;
}

abstract class SessionApiBase extends Resource implements ISessionApi {
  abstract readonly restApiId: string;
  abstract readonly url: string;

  grantInvoke(grantee: iam.IGrantable): iam.Grant {
    const resource = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.restApiId,
      resourceName: `${STAGE}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return iam.Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns: [resource] });
  }

  protected defaultUrl(): string {
    const emulator = emulatorAddress(this);
    // No name of the kind that API Gateway gives leads to an emulator.
    if (emulator !== undefined) return Fn.join('', [emulator, '/_aws/execute-api/', this.restApiId]);
    const { region, urlSuffix } = Stack.of(this);
    return Fn.join('', ['https://', this.restApiId, '.execute-api.', region, '.', urlSuffix]);
  }
}

/** Nothing is faster than this to answer, and an answer that takes longer has lost its caller. */
const ANSWER_TIMEOUT = Duration.seconds(30);
const STREAM_TIMEOUT = Duration.minutes(15);
/** An emulator hands a stream over when it has ended, and it ends 30 seconds before its function would: after ten seconds. */
const EMULATED_STREAM_TIMEOUT = Duration.seconds(40);

/**
 * The API: two functions of the same code behind API Gateway, one that answers and one that streams. It checks keys itself,
 * so that API Gateway lets every request through unless told otherwise.
 */
export class SessionApi extends SessionApiBase {
  /** An API that another stack made. */
  static fromSessionApiAttributes(scope: Construct, id: string, attributes: SessionApiAttributes): ISessionApi {
    return new ImportedSessionApi(scope, id, attributes);
  }

  readonly restApi: apigateway.RestApi;
  readonly apiFunction: lambda.Function;
  readonly streamFunction: lambda.Function;
  /** What your name is to point at, if you gave one. */
  readonly domain?: apigateway.DomainName;
  readonly url: string;
  /** Where sandboxes find the API: at an address of their own, where they have no way to the other. */
  readonly sandboxUrl: string;

  constructor(scope: Construct, id: string, props: SessionApiProps) {
    super(scope, id);
    checkLimits(props);
    this.restApi = this.gateway(props);
    writeErrorsLikeTheApi(this.restApi);
    if (props.domain) {
      this.domain = this.restApi.addDomainName('Domain', { ...props.domain, basePath: STAGE, securityPolicy: TLS });
    }
    this.url = props.domain ? `https://${props.domain.domainName}` : this.defaultUrl();

    this.apiFunction = new LambdaFunction(this, 'Api', {
      entryPoint: 'api',
      description: 'Answers the requests of the API, except for streams',
      timeout: ANSWER_TIMEOUT,
      memorySize: props.memorySize ?? FUNCTION_MEMORY_MIB.api,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: {
        ...props.store.functionEnvironment,
        ...props.harness.functionEnvironment,
        ...props.sandboxes?.functionEnvironment,
        ...props.bell?.functionEnvironment,
        ...props.vault?.functionEnvironment,
      },
    });
    this.streamFunction = new LambdaFunction(this, 'Stream', {
      entryPoint: 'stream',
      description: 'Streams the events of a session while they happen',
      timeout: emulatorAddress(this) === undefined ? STREAM_TIMEOUT : EMULATED_STREAM_TIMEOUT,
      memorySize: props.streamMemorySize ?? FUNCTION_MEMORY_MIB.stream,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: props.store.functionEnvironment,
    });
    props.store.grantReadWrite(this.apiFunction);
    props.store.grantFollow(this.streamFunction);
    props.harness.grantWake(this.apiFunction);
    props.sandboxes?.grantRun(this.apiFunction);
    props.vault?.grantKeep(this.apiFunction);
    const functions = { api: this.apiFunction, stream: this.streamFunction };
    addRoutes(this.restApi, functions);
    const endpoint = props.sandboxes?.apiEndpoint;
    this.sandboxUrl = endpoint
      ? new PrivateApi(this, 'Private', { functions, endpoint, tracingEnabled: isTraced(props) }).url
      : this.url;
    if (props.waf) this.protect();
  }

  get restApiId(): string {
    return this.restApi.restApiId;
  }

  /** Answers with a status of 500 and above. */
  metricServerErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricServerError(props);
  }

  /** Requests. */
  metricRequests(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricCount(props);
  }

  /** How long answers take; streams count until their end. */
  metricLatency(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricLatency(props);
  }

  private gateway(props: SessionApiProps): apigateway.RestApi {
    const api = new apigateway.RestApi(this, 'Rest', {
      description: 'The Claude Managed Agents API',
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      // It would set the role with which API Gateway logs for the whole account.
      cloudWatchRole: false,
      // Bodies pass as they are: the functions read JSON, and files.
      binaryMediaTypes: ['*/*'],
      defaultMethodOptions: {
        authorizationType: props.iamAuthorization
          ? apigateway.AuthorizationType.IAM
          : apigateway.AuthorizationType.NONE,
      },
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: isTraced(props),
        throttlingRateLimit: props.rateLimit ?? DEFAULT_RATE,
        throttlingBurstLimit: props.burstLimit ?? DEFAULT_BURST,
      },
    });
    // An output with the stage's address, which is no base URL: clients add the stage themselves.
    api.node.tryRemoveChild('Endpoint');
    acknowledge(api, 'AwsSolutions-APIG1', LOGS_IN_FUNCTIONS);
    acknowledge(api, 'AwsSolutions-APIG6', LOGS_IN_FUNCTIONS);
    acknowledge(
      api,
      'AwsSolutions-APIG2',
      'The functions validate every request, by rules made from the types of the official SDK',
    );
    acknowledge(
      api,
      'AwsSolutions-APIG3',
      'Optional (`waf`), since it is the largest part of the bill of an idle stack',
    );
    acknowledge(api, 'AwsSolutions-APIG4', KEYS_IN_FUNCTIONS);
    acknowledge(api, 'AwsSolutions-COG4', KEYS_IN_FUNCTIONS);
    return api;
  }

  private protect(): void {
    new wafv2.CfnWebACLAssociation(this, 'WebAclAssociation', {
      resourceArn: this.restApi.deploymentStage.stageArn,
      webAclArn: commonRulesAcl(this).attrArn,
    });
  }
}

const isTraced = ({ tracing = lambda.Tracing.DISABLED }: SessionApiProps): boolean =>
  tracing !== lambda.Tracing.DISABLED;

const DEFAULT_RATE = 100;
const DEFAULT_BURST = 200;
const TLS = apigateway.SecurityPolicy.TLS_1_2;
const LOGS_IN_FUNCTIONS =
  'The functions log each request; logs of API Gateway take a role that is set for the whole account';
const KEYS_IN_FUNCTIONS =
  'The functions check keys, as the official clients send them; IAM comes on top by choice (`iamAuthorization`)';

function checkLimits(props: SessionApiProps): void {
  checkThrottle(props, 'no request gets through');
  const { iamAuthorization, sandboxes } = props;
  if (iamAuthorization && sandboxes && !sandboxes.apiEndpoint) {
    throw new Error(
      'iamAuthorization: sandboxes reach the API too, and have no AWS credentials to sign with. Give them an address of their own' +
        ' with SandboxNetwork.isolatedSubnets(), leave `sandboxes` out and serve self_hosted environments, or leave' +
        ' `iamAuthorization` out',
    );
  }
}

class ImportedSessionApi extends SessionApiBase {
  readonly restApiId: string;
  readonly url: string;

  constructor(scope: Construct, id: string, attributes: SessionApiAttributes) {
    super(scope, id);
    this.restApiId = attributes.restApiId;
    this.url = attributes.url ?? this.defaultUrl();
  }
}
