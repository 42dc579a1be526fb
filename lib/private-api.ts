import { Fn, Resource, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { writeErrorsLikeTheApi } from './api-errors';
import { addRoutes, STAGE, type ApiFunctions } from './api-routes';

export interface PrivateApiProps {
  readonly functions: ApiFunctions;
  /** The endpoint of `execute-api` by which it is reached, and by nothing else. */
  readonly endpoint: ec2.IInterfaceVpcEndpoint;
  readonly tracingEnabled: boolean;
}

const LIKE_THE_OTHER = 'The same functions as behind the public API, which log, validate and check keys themselves';

/**
 * The API once more, for sandboxes in a network without a way out: the same functions, reached by one endpoint of one VPC. What is
 * public of API Gateway has no address that could be reached from there.
 */
export class PrivateApi extends Resource {
  readonly restApi: apigateway.RestApi;
  /** Where sandboxes find it: scheme and host, without `/v1`. */
  readonly url: string;

  constructor(scope: Construct, id: string, { functions, endpoint, tracingEnabled }: PrivateApiProps) {
    super(scope, id);
    this.restApi = new apigateway.RestApi(this, 'Rest', {
      description: 'The Claude Managed Agents API, for sandboxes without a way out',
      endpointConfiguration: { types: [apigateway.EndpointType.PRIVATE], vpcEndpoints: [endpoint] },
      policy: onlyBy(endpoint),
      cloudWatchRole: false,
      binaryMediaTypes: ['*/*'],
      deployOptions: { stageName: STAGE, tracingEnabled },
    });
    for (const rule of ['APIG1', 'APIG2', 'APIG3', 'APIG4', 'APIG6', 'COG4']) {
      acknowledge(this.restApi, `AwsSolutions-${rule}`, LIKE_THE_OTHER);
    }
    writeErrorsLikeTheApi(this.restApi);
    addRoutes(this.restApi, functions);
    const { region, urlSuffix } = Stack.of(this);
    // This name leads to the endpoint whether or not its network answers API Gateway's own names.
    const name = [this.restApi.restApiId, '-', endpoint.vpcEndpointId, '.execute-api.', region, '.', urlSuffix];
    this.url = Fn.join('', ['https://', ...name]);
  }
}

/** Keys are checked behind it; this says from where one may come with a key. */
function onlyBy(endpoint: ec2.IInterfaceVpcEndpoint): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: ['execute-api:/*'],
        conditions: { StringEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } },
      }),
    ],
  });
}
