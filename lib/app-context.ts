import { Arn, ArnFormat, Duration, RemovalPolicy, Size, Stack, type App } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ManagedAgents } from './managed-agents';
import { SandboxImage } from './sandbox-image';
import { SandboxNetwork } from './sandbox-network';
import type { SandboxFleetProps } from './sandbox-fleet';
import type { SessionApiDomain } from './session-api';

/** What can be chosen with `--context KEY=VALUE`, and what it means when it is left out. */
const CHOICES = {
  stackName: 'ManagedAgents',
  removalPolicy: 'retain',
  modelBaseUrl: undefined,
  encryptionKeyArn: undefined,
  alarmTopicArn: undefined,
  alarms: 'true',
  dailySpend: undefined,
  logLevel: 'info',
  tracing: 'false',
  waf: 'false',
  domainName: undefined,
  certificateArn: undefined,
  sandboxes: 'true',
  sandboxNetwork: 'public',
  sandboxArchitecture: 'arm64',
  sandboxCpu: undefined,
  sandboxMemoryGiB: undefined,
  sandboxSpot: 'false',
  sandboxImage: 'account',
  sandboxIdleMinutes: undefined,
} as const;

type Choice = keyof typeof CHOICES;

const LEVELS = { debug: 'debug', info: 'info', warn: 'warn', error: 'error' } as const;

/**
 * The stack that `npx cdk deploy` deploys.
 *
 * @throws Error for a value that means nothing; it names the key and what may stand there.
 */
export function stackFromContext(app: App): Stack {
  const choice = (key: Choice): string | undefined => {
    const given: unknown = app.node.tryGetContext(key);
    return given === undefined ? CHOICES[key] : String(given);
  };
  const pick = <T>(key: Choice, options: Readonly<Record<string, T>>): T => {
    const value = choice(key) ?? '';
    const found = Object.entries(options).find(([name]) => name === value);
    if (!found) throw new Error(`context ${key}: "${value}" is none of ${Object.keys(options).join(', ')}`);
    return found[1];
  };
  const flag = (key: Choice): boolean => pick(key, { true: true, false: false });
  const number = (key: Choice): number | undefined => {
    const value = choice(key);
    if (value === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(value)) throw new Error(`context ${key}: "${value}" is not a number`);
    return Number(value);
  };

  const keyArn = choice('encryptionKeyArn');
  const stack = new Stack(app, choice('stackName') ?? '', {
    // Without a key the template fits any Region; with one, the Region is the key's.
    env: keyArn === undefined ? undefined : { region: Arn.split(keyArn, ArnFormat.SLASH_RESOURCE_NAME).region },
    description: 'The Claude Managed Agents API: sessions as a log, a harness on Lambda, sandboxes on Fargate',
  });
  const memory = number('sandboxMemoryGiB');
  const idle = number('sandboxIdleMinutes');
  const image = choice('sandboxImage') ?? '';
  const sandboxes: SandboxFleetProps = {
    network: pick('sandboxNetwork', {
      public: SandboxNetwork.publicSubnets(),
      private: SandboxNetwork.privateSubnets(),
    }),
    architecture: pick('sandboxArchitecture', { arm64: CpuArchitecture.ARM64, x86_64: CpuArchitecture.X86_64 }),
    cpu: number('sandboxCpu'),
    memory: memory === undefined ? undefined : Size.mebibytes(memory * 1024),
    spot: flag('sandboxSpot'),
    idleTimeout: idle === undefined ? undefined : Duration.minutes(idle),
    image: imageOf(image),
  };
  const topicArn = choice('alarmTopicArn');
  new ManagedAgents(stack, 'Agents', {
    removalPolicy: pick('removalPolicy', { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY }),
    encryptionKey: keyArn === undefined ? undefined : Key.fromKeyArn(stack, 'EncryptionKey', keyArn),
    logLevel: pick('logLevel', LEVELS),
    tracing: flag('tracing') ? Tracing.ACTIVE : undefined,
    harness: { modelBaseUrl: choice('modelBaseUrl') },
    sandboxes: flag('sandboxes') ? sandboxes : false,
    api: { waf: flag('waf'), domain: domainOf(stack, choice('domainName'), choice('certificateArn')) },
    monitoring: {
      alarms: flag('alarms'),
      dailySpend: number('dailySpend'),
      alarmTopic: topicArn === undefined ? undefined : Topic.fromTopicArn(stack, 'AlarmTopic', topicArn),
    },
  });
  return stack;
}

function imageOf(choice: string): SandboxImage {
  if (choice === 'account') return SandboxImage.builtInAccount();
  if (choice === 'docker') return SandboxImage.builtByDocker();
  return SandboxImage.fromRegistry(choice);
}

function domainOf(stack: Stack, domainName?: string, certificateArn?: string): SessionApiDomain | undefined {
  if (domainName === undefined && certificateArn === undefined) return undefined;
  if (domainName === undefined || certificateArn === undefined) {
    throw new Error('context domainName and certificateArn: a name needs a certificate, so give both or none');
  }
  return { domainName, certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn) };
}
