import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';

/** What ECS does, with the role of a sandbox's task, before its container runs: pull the image and write the log. */
const IMAGE_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
];
const LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const FILE_ACTIONS = ['s3:GetObject', 's3:PutObject'];
const ISOLATED = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };

export interface TaskEndpointsOptions {
  /**
   * The group of the interface endpoints.
   *
   * @default - one for each of them
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * The objects of S3 in which sandboxes' files are saved. Who may put and get stands in the bucket's own permissions: sandboxes come
   * with URLs that the API has signed, for one object each.
   *
   * @default - those of every bucket of this account
   */
  readonly savedFiles?: readonly string[];
}

/**
 * Gives the subnets of a VPC that have no route to the internet the endpoints by which images come in, and logs and saved files go
 * out. Each serves this account and what it is there for, and nothing else: with credentials of somebody else's, no data can be
 * carried out by them.
 *
 * @returns what tasks connect to. S3 is a route, and no endpoint with an address.
 */
export function addTaskEndpoints(vpc: ec2.Vpc, options: TaskEndpointsOptions = {}): ec2.InterfaceVpcEndpoint[] {
  const s3 = vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [ISOLATED] });
  s3.addToPolicy(options.savedFiles ? statement(FILE_ACTIONS, options.savedFiles) : filesOfThisAccount());
  // Where ECR keeps the layers of images, in every Region under this name.
  const layers = `arn:${Aws.PARTITION}:s3:::prod-${Stack.of(vpc).region}-starport-layer-bucket/*`;
  s3.addToPolicy(statement(['s3:GetObject'], [layers]));
  const { ECR, ECR_DOCKER, CLOUDWATCH_LOGS } = ec2.InterfaceVpcEndpointAwsService;
  return [
    addEndpoint(vpc, 'Images', ECR, ofThisAccount(IMAGE_ACTIONS), options),
    addEndpoint(vpc, 'Layers', ECR_DOCKER, ofThisAccount(IMAGE_ACTIONS), options),
    addEndpoint(vpc, 'Logs', CLOUDWATCH_LOGS, ofThisAccount(LOG_ACTIONS), options),
  ];
}

/** The endpoint by which sandboxes reach the API, which has an address of its own for that (`PrivateApi`). */
export function addApiEndpoint(vpc: ec2.Vpc): ec2.InterfaceVpcEndpoint {
  const { APIGATEWAY } = ec2.InterfaceVpcEndpointAwsService;
  return addEndpoint(vpc, 'Api', APIGATEWAY, statement(['execute-api:Invoke'], [apisOf(Stack.of(vpc))]));
}

function addEndpoint(
  vpc: ec2.Vpc,
  id: string,
  service: ec2.InterfaceVpcEndpointAwsService,
  policy: iam.PolicyStatement,
  { securityGroup }: TaskEndpointsOptions = {},
): ec2.InterfaceVpcEndpoint {
  const securityGroups = securityGroup && [securityGroup];
  const endpoint = vpc.addInterfaceEndpoint(id, { service, subnets: ISOLATED, securityGroups, open: false });
  endpoint.addToPolicy(policy);
  return endpoint;
}

/** The APIs of this account. The one for sandboxes is made after its endpoint, whose name it needs. */
const apisOf = (stack: Stack): string =>
  stack.formatArn({ service: 'execute-api', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });

/** What the roles of this account may do by an endpoint; which of them may, stands in their own policies. */
function ofThisAccount(actions: string[]): iam.PolicyStatement {
  const allowed = statement(actions, ['*']);
  allowed.addCondition('StringEquals', { 'aws:PrincipalAccount': Aws.ACCOUNT_ID });
  return allowed;
}

function filesOfThisAccount(): iam.PolicyStatement {
  const allowed = statement(FILE_ACTIONS, ['*']);
  allowed.addCondition('StringEquals', { 'aws:ResourceAccount': Aws.ACCOUNT_ID });
  return allowed;
}

const statement = (actions: string[], resources: readonly string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions, resources: [...resources] });
