import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HarnessFunction } from '../../lib/harness-function';
import { SandboxFleet } from '../../lib/sandbox-fleet';
import { SandboxImage } from '../../lib/sandbox-image';
import { SandboxNetwork } from '../../lib/sandbox-network';
import { SessionApi } from '../../lib/session-api';
import type { SessionApiProps } from '../../lib/session-api-props';
import { SessionStore } from '../../lib/session-store';
import { ROUTES } from '../../runtime/contract/generated/routes';
import { actionsOf, newStack, permissions } from './stack';

const HARNESS = { functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:harness', version: '7' };

function build(props: Partial<SessionApiProps> = {}) {
  const stack = newStack();
  const store = new SessionStore(stack, 'Store');
  const harness = HarnessFunction.fromHarnessFunctionAttributes(stack, 'Harness', HARNESS);
  const api = new SessionApi(stack, 'Api', { store, harness, ...props });
  return { stack, api };
}

interface Resource {
  readonly Properties: { readonly ParentId: unknown; readonly PathPart: string };
}

interface Method {
  readonly Properties: {
    readonly HttpMethod: string;
    readonly ResourceId: unknown;
    readonly AuthorizationType: string;
    readonly Integration: Readonly<Record<'ResponseTransferMode' | 'Uri' | 'TimeoutInMillis', unknown>>;
  };
}

/** Every method by its whole path: `GET /sessions/{session_id}/events/stream`, with how its answer is transferred. */
function methods(template: Template): Map<string, { mode: unknown; uri: string; timeout: unknown; auth: unknown }> {
  const resources = template.findResources('AWS::ApiGateway::Resource') as Record<string, Resource>;
  const pathOf = (reference: unknown): string => {
    const { Ref } = reference as { Ref?: string };
    const resource = Ref === undefined ? undefined : resources[Ref];
    return resource ? `${pathOf(resource.Properties.ParentId)}/${resource.Properties.PathPart}` : '';
  };
  const found = Object.values(template.findResources('AWS::ApiGateway::Method')) as Method[];
  return new Map(
    found.map(({ Properties: { HttpMethod, ResourceId, Integration, AuthorizationType } }) => [
      `${HttpMethod} ${pathOf(ResourceId)}`,
      {
        mode: Integration.ResponseTransferMode,
        uri: JSON.stringify(Integration.Uri),
        timeout: Integration.TimeoutInMillis,
        auth: AuthorizationType,
      },
    ]),
  );
}

/** The method that API Gateway picks: the most specific resource wins, and one without the method does not fall back. */
function picked(all: ReadonlySet<string>, method: string, path: string): string | undefined {
  const resources = [...new Set([...all].map((route) => route.slice(route.indexOf(' ') + 1)))];
  const parts = path.split('/').slice(1);
  const rank = (resource: string): number[] | undefined => {
    const pattern = resource.split('/').slice(1);
    const greedy = pattern.at(-1) === '{proxy+}';
    if (greedy ? parts.length < pattern.length : parts.length !== pattern.length) return undefined;
    const ranks: number[] = [];
    for (const [i, part] of pattern.entries()) {
      if (part === '{proxy+}') ranks.push(0);
      else if (part.startsWith('{')) ranks.push(1);
      else if (part === parts[i]) ranks.push(2);
      else return undefined;
    }
    return ranks;
  };
  const [best] = resources
    .flatMap((resource) => ({ resource, rank: rank(resource) }))
    .filter((candidate): candidate is { resource: string; rank: number[] } => candidate.rank !== undefined)
    .toSorted((a, b) => {
      const at = a.rank.findIndex((value, i) => value !== (b.rank[i] ?? -1));
      return at < 0 ? 0 : (b.rank[at] ?? -1) - (a.rank[at] ?? -1);
    });
  return [`${method} ${best?.resource}`, `ANY ${best?.resource}`].find((route) => all.has(route));
}

describe('the API', () => {
  const { stack, api } = build();
  api.grantInvoke(new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  const template = Template.fromStack(stack);
  const all = methods(template);

  test.each(Object.values(ROUTES).map(({ method, path, answer }) => [method, path, answer]))(
    'takes %s %s to the function that answers by %s',
    (method, path, answer) => {
      const concrete = path.replace(/^\/v1/, '').replaceAll(/\{\w+\}/g, 'x');
      const route = picked(new Set(all.keys()), method, concrete);
      expect(route).toBeDefined();
      const { mode, uri, timeout } = all.get(route ?? '') ?? {};
      if (answer === 'stream') {
        expect(uri).toContain('response-streaming-invocations');
        expect({ mode, timeout }).toEqual({ mode: 'STREAM', timeout: 900_000 });
        expect(uri).toContain('ApiStream');
      } else {
        expect({ mode, timeout }).toEqual({ mode: undefined, timeout: 29_000 });
        expect(uri).not.toContain('ApiStream');
      }
    },
  );

  test('is regional, with a stage whose name is the path that the clients send', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'v1',
      MethodSettings: [Match.objectLike({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 })],
    });
    expect(JSON.stringify(stack.resolve(api.url))).not.toContain('v1');
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  test('says every error of API Gateway in its own envelope', () => {
    const responses = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse'));
    expect(responses.length).toBeGreaterThan(5);
    for (const { Properties } of responses) {
      expect(JSON.parse(Properties.ResponseTemplates['application/json'])).toEqual({
        type: 'error',
        error: { type: expect.stringMatching(/_error$|^request_too_large$/), message: expect.any(String) },
        request_id: '$context.requestId',
      });
    }
  });

  test('lets the function that streams read and watch, and nothing else', () => {
    const actions = actionsOf(template, 'ApiStreamRole');
    expect(actions.filter((action) => /^(lambda|ecs|iam|secretsmanager):/.test(action))).toEqual([]);
    expect(actions.filter((action) => /Put|Delete|Write/.test(action))).toEqual(['logs:PutLogEvents']);
  });

  test('holds no key of the model: neither function reads a secret', () => {
    for (const role of ['ApiApiRole', 'ApiStreamRole']) {
      expect(actionsOf(template, role).filter((action) => action.startsWith('secretsmanager:'))).toEqual([]);
    }
  });

  test('asks for no signature, but can be granted where it does', () => {
    expect([...all.values()].map(({ auth }) => auth)).toEqual(Array.from(all, () => 'NONE'));
    expect(permissions(template, 'Caller').map(({ action }) => action)).toEqual(['execute-api:Invoke']);
    const signed = methods(Template.fromStack(build({ iamAuthorization: true }).stack));
    expect([...signed.values()].map(({ auth }) => auth)).toEqual(Array.from(signed, () => 'AWS_IAM'));
  });

  test('refuses signatures where sandboxes, which cannot sign, must get through', () => {
    const other = newStack();
    const sandboxes = new SandboxFleet(other, 'Fleet', { image: SandboxImage.fromRegistry('example/sandbox') });
    const store = new SessionStore(other, 'Store');
    const harness = HarnessFunction.fromHarnessFunctionAttributes(other, 'Harness', HARNESS);
    expect(() => new SessionApi(other, 'Api', { store, harness, sandboxes, iamAuthorization: true })).toThrow(
      /iamAuthorization: .*isolatedSubnets.*leave `sandboxes` out/,
    );
  });

  test.each(['rateLimit', 'burstLimit'])('refuses a %s that lets nobody through', (limit) => {
    expect(() => build({ [limit]: 0 })).toThrow(new RegExp(`^${limit}: `));
  });

  test('has a name of the customer’s, with the same paths', () => {
    const { stack: named, api: namedApi } = build({
      domain: {
        domainName: 'agents.example.com',
        certificate: Certificate.fromCertificateArn(stack, 'C', 'arn:aws:acm:us-east-1:111122223333:certificate/c'),
      },
    });
    expect(namedApi.url).toBe('https://agents.example.com');
    const withName = Template.fromStack(named);
    withName.hasResourceProperties('AWS::ApiGateway::DomainName', { SecurityPolicy: 'TLS_1_2' });
    withName.hasResourceProperties('AWS::ApiGateway::BasePathMapping', { BasePath: 'v1' });
  });

  test('stands behind a web ACL where that was chosen', () => {
    const protectedApi = Template.fromStack(build({ waf: true }).stack);
    protectedApi.hasResourceProperties('AWS::WAFv2::WebACL', { Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    protectedApi.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
  });

  test('of another stack can be called', () => {
    const other = newStack();
    const imported = SessionApi.fromSessionApiAttributes(other, 'Api', { restApiId: 'abc123' });
    expect(JSON.stringify(other.resolve(imported.url))).toContain('https://abc123.execute-api.');
    expect(
      SessionApi.fromSessionApiAttributes(other, 'Named', { restApiId: 'a', url: 'https://a.example.com' }).url,
    ).toBe('https://a.example.com');
  });
});

describe('the API for sandboxes without a way out', () => {
  const stack = newStack();
  const store = new SessionStore(stack, 'Store');
  const harness = HarnessFunction.fromHarnessFunctionAttributes(stack, 'Harness', HARNESS);
  const sandboxes = new SandboxFleet(stack, 'Fleet', {
    image: SandboxImage.fromRegistry('111122223333.dkr.ecr.us-east-1.amazonaws.com/sandbox@sha256:0'),
    network: SandboxNetwork.isolatedSubnets(),
  });
  const api = new SessionApi(stack, 'Api', { store, harness, sandboxes, iamAuthorization: true });
  const template = Template.fromStack(stack);

  test('is reached by one endpoint and nothing else', () => {
    const endpoint = { Ref: Match.stringLikeRegexp('FleetVpcApi') };
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [endpoint] },
      Policy: Match.objectLike({
        Statement: [
          Match.objectLike({
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Condition: { StringEquals: { 'aws:SourceVpce': endpoint } },
          }),
        ],
      }),
    });
    expect(JSON.stringify(stack.resolve(api.sandboxUrl))).toMatch(/"-",\{"Ref":"FleetVpcApi[^}]*\},"\.execute-api\."/);
    expect(api.sandboxUrl).not.toBe(api.url);
  });

  test('has the same functions and routes, and asks sandboxes for no signature', () => {
    const apis = Object.keys(template.findResources('AWS::ApiGateway::RestApi'));
    const isPrivate = (id: string) => id.includes('Private');
    expect(apis.filter(isPrivate)).toHaveLength(1);
    const all = Object.values(template.findResources('AWS::ApiGateway::Method')).map(({ Properties }) => ({
      isPrivate: isPrivate(Properties.RestApiId.Ref),
      authorization: Properties.AuthorizationType,
      mode: Properties.Integration.ResponseTransferMode,
    }));
    const [inside, outside] = [true, false].map((wanted) => all.filter((method) => method.isPrivate === wanted));
    expect(inside?.map(({ mode }) => mode)).toEqual(outside?.map(({ mode }) => mode));
    expect(new Set(inside?.map(({ authorization }) => authorization))).toEqual(new Set(['NONE']));
    expect(new Set(outside?.map(({ authorization }) => authorization))).toEqual(new Set(['AWS_IAM']));
  });

  test('passes the rules of AWS’s solutions', () => {
    const { violations } = new AwsSolutionsChecks().validateScope(stack);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
    ).toEqual([]);
  });
});
