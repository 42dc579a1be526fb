import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EMULATOR_CONTEXT } from '../../lib/emulator';
import { ManagedAgents, type ManagedAgentsProps } from '../../lib/managed-agents';
import { SandboxImage } from '../../lib/sandbox-image';
import { SandboxNetwork } from '../../lib/sandbox-network';
import { SessionBell, type SessionBellProps } from '../../lib/session-bell';
import { SessionStore } from '../../lib/session-store';
import { newStack, permissions } from './stack';

function build(props: Partial<SessionBellProps> = {}) {
  const stack = newStack();
  const bell = new SessionBell(stack, 'Bell', { store: new SessionStore(stack, 'Store'), ...props });
  return { stack, bell };
}

describe('the bell', () => {
  const { stack, bell } = build();
  const caller = new Role(stack, 'Ringer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  bell.grantRing(caller);
  const template = Template.fromStack(stack);

  test('asks the function about each connection, and passes on nothing that is sent over one', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' });
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
    expect(routes.map(({ Properties }) => Properties.RouteKey)).toEqual(['$connect']);
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'bell',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    });
  });

  test('lets its function look up tokens and work items, and note connections, and nothing more', () => {
    const granted = permissions(template, 'BellFunctionRole').filter(({ action }) => !action.startsWith('logs:'));
    expect(granted).toEqual([
      { action: 'dynamodb:GetItem', resource: expect.stringContaining('StoreControl') },
      { action: 'dynamodb:UpdateItem', resource: expect.stringContaining('StoreSessions') },
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'dynamodb:GetItem',
            Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['KEY#*', '*/work/*'] } },
          }),
        ]),
      }),
    });
  });

  test('lets whoever rings post to its connections, and to no others', () => {
    const [ring, ...others] = permissions(template, 'Ringer');
    expect(others).toEqual([]);
    expect(ring?.action).toBe('execute-api:ManageConnections');
    expect(ring?.resource).toMatch(/BellSockets.*"\/bell\/POST\/@connections\/\*"\]\]\}$/);
  });

  test('says where it is', () => {
    expect(JSON.stringify(stack.resolve(bell.url))).toMatch(/wss:\/\/.*BellSockets.*execute-api.*\/bell"/);
    expect(bell.functionEnvironment).toEqual({ BELL_URL: bell.url });
  });

  test('passes the rules of AWS’s solutions', () => {
    expect(new AwsSolutionsChecks().validateScope(bell).violations).toEqual([]);
  });

  test('takes other limits, but none that nobody gets through', () => {
    const { stack: other } = build({ rateLimit: 5, burstLimit: 10 });
    Template.fromStack(other).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
    });
    expect(() => build({ rateLimit: 0 })).toThrow('rateLimit: must be above 0');
  });
});

const LIGHT: ManagedAgentsProps = {
  sandboxes: { image: SandboxImage.fromRegistry('example/sandbox@sha256:0') },
  monitoring: false,
};

function agentsOf(props: ManagedAgentsProps, context?: Record<string, unknown>): ManagedAgents {
  return new ManagedAgents(newStack({ context }), 'Agents', { ...LIGHT, ...props });
}

describe('the bell of a whole stack', () => {
  test('is known to the harness, which rings it, and to the API, which tells new sessions of it', () => {
    const template = Template.fromStack(Stack.of(agentsOf({})));
    const told = Object.entries(template.findResources('AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties.Environment?.Variables.BELL_URL !== undefined)
      .map(([id]) => id.replace(/^Agents|[0-9A-F]{8}$/g, ''));
    expect(told.toSorted()).toEqual(['Api', 'HarnessFunction']);
    const ringing = ['HarnessFunctionRole', 'ApiRole', 'StreamRole', 'SweeperFunctionRole', 'BellFunctionRole'].filter(
      (role) => permissions(template, role).some(({ action }) => action === 'execute-api:ManageConnections'),
    );
    expect(ringing).toEqual(['HarnessFunctionRole']);
  });

  test('is watched, where the stack is', () => {
    const { monitoring } = agentsOf({ monitoring: {} });
    expect(Object.keys(monitoring?.alarms ?? {})).toContain('RingFailures');
    const without = agentsOf({ monitoring: {}, bell: false });
    expect(Object.keys(without.monitoring?.alarms ?? {})).not.toContain('RingFailures');
  });

  test('is not behind the web ACL of the API: AWS WAF takes stages of REST APIs, and no WebSocket APIs', () => {
    const template = Template.fromStack(Stack.of(agentsOf({ api: { waf: true } })));
    const associations = Object.values(template.findResources('AWS::WAFv2::WebACLAssociation'));
    expect(associations.map(({ Properties }) => JSON.stringify(Properties.ResourceArn))).toEqual([
      expect.stringMatching(/restapis/),
    ]);
  });

  test('is where the emulator has it, if the stack is for one', () => {
    const agents = agentsOf({}, { [EMULATOR_CONTEXT]: 'http://192.0.2.1:4566' });
    expect(JSON.stringify(Stack.of(agents).resolve(agents.bell?.url))).toMatch(
      /"ws:\/\/192\.0\.2\.1:4566\/_aws\/execute-api\/".*"\/bell"\]\]\}$/,
    );
  });

  test.each<[string, ManagedAgentsProps]>([
    ['where it is not wanted', { bell: false }],
    ['where there are no sandboxes', { sandboxes: false }],
    ['where sandboxes have no way to it', { sandboxes: { network: SandboxNetwork.isolatedSubnets() } }],
  ])('is left out %s', (_, props) => {
    const agents = agentsOf(props);
    expect(agents.bell).toBeUndefined();
    expect(agents.node.findAll().filter((part) => part instanceof WebSocketApi)).toEqual([]);
  });

  test('is left out where the harness is in a VPC of the user, who may not have given it a way to the bell', () => {
    const stack = newStack();
    const harness = { vpc: new Vpc(stack, 'Vpc') };
    expect(new ManagedAgents(stack, 'Without', { ...LIGHT, harness }).bell).toBeUndefined();
    expect(new ManagedAgents(stack, 'With', { ...LIGHT, harness, bell: true }).bell).toBeInstanceOf(SessionBell);
  });

  test('is refused where it is asked for and nobody could hear it, in words that say what to do', () => {
    expect(() => agentsOf({ bell: true, sandboxes: false })).toThrow('Leave `bell` out');
    const sandboxes = { network: SandboxNetwork.isolatedSubnets() };
    expect(() => agentsOf({ bell: true, sandboxes })).toThrow('choose another `sandboxes.network`');
  });
});
