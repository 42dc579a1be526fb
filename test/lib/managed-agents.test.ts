import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { ManagedAgents, type ManagedAgentsProps } from '../../lib/managed-agents';
import { SandboxImage } from '../../lib/sandbox-image';
import { SandboxNetwork } from '../../lib/sandbox-network';
import { actionsOf, newApp, newStack, permissions } from './stack';

const LIGHT: ManagedAgentsProps = { sandboxes: { image: SandboxImage.fromRegistry('example/sandbox@sha256:0') } };

describe('the whole stack', () => {
  const app = newApp({}, true);
  const stack = new Stack(app, 'Test');
  const agents = new ManagedAgents(stack, 'Agents');
  const caller = new LambdaFunction(stack, 'Caller', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = () => {}'),
  });
  agents.grantInvokeSessions(caller);
  const assembly = app.synth();
  const template = Template.fromStack(stack);

  test('passes the validation of CloudFormation without a warning', () => {
    const report = JSON.parse(readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8')) as {
      pluginReports: Array<{ violations?: unknown[] }>;
    };
    expect(report.pluginReports.flatMap(({ violations = [] }) => violations)).toEqual([]);
    expect(assembly.getStackByName('Test').messages.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('passes the rules of AWS’s solutions; whatever is excepted says why', () => {
    const { violations } = new AwsSolutionsChecks().validateScope(agents);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
    ).toEqual([]);
    const reasons = acknowledgements(agents);
    expect(reasons.length).toBeGreaterThan(10);
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(20);
  });

  test('costs nothing at rest but two secrets and the alarms', () => {
    for (const type of [
      'AWS::EC2::NatGateway',
      'AWS::EC2::EIP',
      'AWS::ECS::Service',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::KMS::Key',
      'AWS::WAFv2::WebACL',
    ]) {
      template.resourceCountIs(type, 0);
    }
    template.resourceCountIs('AWS::SecretsManager::Secret', 2);
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints.map(({ Properties }) => Properties.VpcEndpointType)).toEqual(['Gateway']);
  });

  test('puts no secret into a variable or an output', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toContain('{{resolve:secretsmanager');
    expect(text).not.toContain('GenerateSecretString');
    expect(text).not.toContain('SecretString"');
  });

  test('tells whoever deploys it the base URL and where the keys are', () => {
    const outputs = template.findOutputs('*');
    const named = Object.fromEntries(Object.entries(outputs).map(([id, { Value }]) => [id.slice(6, -8), Value]));
    expect(Object.keys(named).toSorted()).toEqual(['ApiKeySecret', 'KeysFunction', 'ModelKeySecret', 'Url']);
    expect(JSON.stringify(named.Url)).toMatch(/execute-api.*URLSuffix"\}\]\]\}$/);
  });

  test('lets only the harness read the model key, and only the maker of the first key write it', () => {
    const readers = Object.values(template.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).includes('ModelKeySecret'))
      .map(({ Properties }) => JSON.stringify(Properties.Roles));
    expect(readers).toEqual([expect.stringContaining('AgentsHarnessFunctionRole')]);
    expect(permissions(template, 'FirstKeyMakerRole').map(({ action }) => action)).toContain(
      'secretsmanager:PutSecretValue',
    );
  });

  test('tells the parts that start sandboxes where these find the API', () => {
    const told = Object.entries(template.findResources('AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties.Environment?.Variables.API_URL !== undefined)
      .map(([id]) => id.replace(/^Agents|[0-9A-F]{8}$/g, ''));
    expect(told.toSorted()).toEqual(['Api', 'HarnessFunction', 'SandboxWatchFunction', 'SweeperFunction']);
  });

  test('grants another team’s function what it needs to use sessions', () => {
    expect(actionsOf(template, 'CallerServiceRole')).toEqual([
      'execute-api:Invoke',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
  });
});

describe('parts of the stack', () => {
  test('can be left out', () => {
    const stack = newStack();
    new ManagedAgents(stack, 'Agents', { sandboxes: false, monitoring: false, firstKeyWorkspace: false });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ECS::Cluster', 0);
    template.resourceCountIs('AWS::EC2::VPC', 0);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    template.resourceCountIs('Custom::FirstApiKey', 0);
  });

  test('hold together where sandboxes have no way out: they find the API at an address of their own', () => {
    const app = newApp({}, true);
    const stack = new Stack(app, 'Test');
    const agents = new ManagedAgents(stack, 'Agents', { sandboxes: { network: SandboxNetwork.isolatedSubnets() } });
    const { directory } = app.synth();
    const report = readFileSync(join(directory, 'validation-report.json'), 'utf8');
    const { pluginReports } = JSON.parse(report) as { pluginReports: Array<{ violations?: unknown[] }> };
    expect(pluginReports.flatMap(({ violations = [] }) => violations)).toEqual([]);
    expect(new AwsSolutionsChecks().validateScope(agents).violations).toEqual([]);
    const functions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    const urls = functions.flatMap(({ Properties }) => Properties.Environment?.Variables.API_URL ?? []);
    expect(urls).toHaveLength(4);
    for (const url of urls) expect(url).toEqual(stack.resolve(agents.api.sandboxUrl));
    expect(agents.url).not.toBe(agents.api.sandboxUrl);
  });

  test('are traced where that was chosen, with a reason for the wildcard that it takes', () => {
    const stack = newStack();
    const agents = new ManagedAgents(stack, 'Agents', { ...LIGHT, tracing: Tracing.ACTIVE, api: { waf: true } });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
    expect(new AwsSolutionsChecks().validateScope(agents).violations).toEqual([]);
  });
});

function acknowledgements(scope: IConstruct): string[] {
  return scope.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.values(data as Record<string, string>));
}
