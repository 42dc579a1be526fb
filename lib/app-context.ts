import { Arn, ArnFormat, RemovalPolicy, Stack, type App } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ContextChoices } from './context-choices';
import { modelFrom, pricesFrom } from './context-model';
import { sandboxesFrom } from './context-sandboxes';
import { ManagedAgents } from './managed-agents';
import type { SessionApiDomain } from './session-api-props';
import { SessionStore, type ISessionStore } from './session-store';
import type { TraceExport } from './trace-export';
import { VaultStorage } from './vault-storage';

/** What CloudWatch Logs offers, and for ever. */
const LOG_DAYS = Object.fromEntries(
  Object.values(RetentionDays)
    .filter((days): days is RetentionDays => typeof days === 'number')
    .map((days) => [days === RetentionDays.INFINITE ? 'forever' : String(days), days]),
);

const LEVELS = { debug: 'debug', info: 'info', warn: 'warn', error: 'error' } as const;

/**
 * The stack that `npx cdk deploy` deploys.
 *
 * @throws Error for a value that means nothing; it names the key and what may stand there.
 */
export function stackFromContext(app: App): Stack {
  const choices = new ContextChoices(app);
  const keyArn = choices.text('encryptionKeyArn');
  const stack = new Stack(app, choices.text('stackName') ?? '', {
    // Without a key the template fits any Region; with one, the Region is the key's.
    env: keyArn === undefined ? undefined : { region: Arn.split(keyArn, ArnFormat.SLASH_RESOURCE_NAME).region },
    description: 'The Claude Managed Agents API: sessions as a log, a harness on Lambda, sandboxes on Fargate',
  });
  const topicArn = choices.text('alarmTopicArn');
  new ManagedAgents(stack, 'Agents', {
    store: storeFrom(stack, choices),
    removalPolicy: choices.pick('removalPolicy', { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY }),
    encryptionKey: keyArn === undefined ? undefined : Key.fromKeyArn(stack, 'EncryptionKey', keyArn),
    logLevel: choices.pick('logLevel', LEVELS),
    logRetention: choices.pick('logRetentionDays', LOG_DAYS),
    tracing: choices.flag('tracing') ? Tracing.ACTIVE : undefined,
    privateHosts: choices.text('privateHosts')?.split(','),
    vault: {
      storage: choices.pick('vaultStorage', {
        secretsManager: VaultStorage.secretsManager(),
        envelope: VaultStorage.envelope(),
      }),
    },
    model: modelFrom(choices),
    harness: { modelPrices: pricesFrom(choices), traces: tracesFrom(stack, choices) },
    sandboxes: choices.flag('sandboxes') ? sandboxesFrom(choices) : false,
    egress: choices.flag('egress') ? {} : undefined,
    bell: choices.text('bell') === undefined ? undefined : choices.flag('bell'),
    api: {
      waf: choices.flag('waf'),
      domain: domainOf(stack, choices.text('domainName'), choices.text('certificateArn')),
    },
    monitoring: {
      alarms: choices.flag('alarms'),
      dailySpend: choices.number('dailySpend'),
      alarmTopic: topicArn === undefined ? undefined : Topic.fromTopicArn(stack, 'AlarmTopic', topicArn),
    },
  });
  return stack;
}

/** The store that is there already: one that was restored, or that outlived its stack. */
function storeFrom(stack: Stack, choices: ContextChoices): ISessionStore | undefined {
  const sessionsTableArn = choices.text('sessionsTableArn');
  const controlTableArn = choices.text('controlTableArn');
  const bucketArn = choices.text('bucketArn');
  if (!sessionsTableArn && !controlTableArn && !bucketArn) return undefined;
  if (!sessionsTableArn || !controlTableArn || !bucketArn) {
    throw new Error(
      'context sessionsTableArn, controlTableArn and bucketArn: a store is all three, so give all or none',
    );
  }
  const encryptionKeyArn = choices.text('encryptionKeyArn');
  const attributes = { sessionsTableArn, controlTableArn, bucketArn, encryptionKeyArn };
  return SessionStore.fromSessionStoreAttributes(stack, 'Store', attributes);
}

function tracesFrom(stack: Stack, choices: ContextChoices): TraceExport | undefined {
  const endpoint = choices.text('traceEndpoint');
  const headers = choices.text('traceHeadersSecretArn');
  const content = choices.flag('traceContent');
  if (endpoint === undefined) {
    if (headers === undefined && !content) return undefined;
    throw new Error('context traceHeadersSecretArn and traceContent: traces go nowhere without traceEndpoint');
  }
  if (headers === undefined) return { endpoint, content };
  return { endpoint, content, headers: Secret.fromSecretCompleteArn(stack, 'TraceHeaders', headers) };
}

function domainOf(stack: Stack, domainName?: string, certificateArn?: string): SessionApiDomain | undefined {
  if (domainName === undefined && certificateArn === undefined) return undefined;
  if (domainName === undefined || certificateArn === undefined) {
    throw new Error('context domainName and certificateArn: a name needs a certificate, so give both or none');
  }
  return { domainName, certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn) };
}
