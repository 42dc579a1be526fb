import type { App } from 'aws-cdk-lib';

/** What can be chosen with `--context KEY=VALUE`, and what it means when it is left out. */
const CHOICES = {
  stackName: 'ManagedAgents',
  removalPolicy: 'retain',
  sessionsTableArn: undefined,
  controlTableArn: undefined,
  bucketArn: undefined,
  modelProvider: 'anthropic',
  modelBaseUrl: undefined,
  bedrockModels: undefined,
  modelWorkspace: undefined,
  modelRegion: undefined,
  modelPrices: undefined,
  privateHosts: undefined,
  vaultStorage: 'secretsManager',
  encryptionKeyArn: undefined,
  alarmTopicArn: undefined,
  alarms: 'true',
  dailySpend: undefined,
  logLevel: 'info',
  logRetentionDays: '30',
  tracing: 'false',
  traceEndpoint: undefined,
  traceHeadersSecretArn: undefined,
  traceContent: 'false',
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
  sandboxSizes: undefined,
  egress: 'false',
  warmPool: undefined,
  bell: undefined,
} as const;

/** The keys of the context that mean something. */
export type Choice = keyof typeof CHOICES;

/**
 * The choices of an app's context. Each method throws an error for a value that means nothing; it names the key and what may
 * stand there.
 */
export class ContextChoices {
  constructor(private readonly app: App) {}

  text(key: Choice): string | undefined {
    const given: unknown = this.app.node.tryGetContext(key);
    if (given === undefined) return CHOICES[key];
    // What stands in a file may be an object; on the command line all is text.
    return typeof given === 'object' ? JSON.stringify(given) : String(given);
  }

  pick<T>(key: Choice, options: Readonly<Record<string, T>>): T {
    const value = this.text(key) ?? '';
    const found = Object.entries(options).find(([name]) => name === value);
    if (!found) throw new Error(`context ${key}: "${value}" is none of ${Object.keys(options).join(', ')}`);
    return found[1];
  }

  flag(key: Choice): boolean {
    return this.pick(key, { true: true, false: false });
  }

  number(key: Choice): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(value)) throw new Error(`context ${key}: "${value}" is not a number`);
    return Number(value);
  }

  /** An object of JSON, or of the context's file. */
  object(key: Choice): Readonly<Record<string, unknown>> | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = parsed(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`context ${key}: "${text}" is not an object of JSON`);
    }
    return value as Readonly<Record<string, unknown>>;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
