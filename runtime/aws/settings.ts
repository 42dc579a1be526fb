/**
 * How the stack tells its functions where things are. Both sides use these names: the constructs write the variables, the
 * functions read them. A published version keeps the values that it was published with, so only names and ARNs that outlive a
 * deployment stand here, and never a secret.
 */
export const SETTINGS = {
  /** What tells one stack's metrics from another's. */
  serviceName: 'SERVICE_NAME',
  /** What is less than this is not logged: `debug`, `info`, `warn` or `error`. */
  logLevel: 'LOG_LEVEL',
  sessionsTable: 'SESSIONS_TABLE',
  controlTable: 'CONTROL_TABLE',
  blobBucket: 'BLOB_BUCKET',
  /** ARN of the secret that holds the model API's key. */
  modelKeySecret: 'MODEL_KEY_SECRET',
  modelBaseUrl: 'MODEL_BASE_URL',
  /** The Region in which AWS serves the model. */
  modelRegion: 'MODEL_REGION',
  /** The workspace on Claude Platform on AWS. */
  modelWorkspace: 'MODEL_WORKSPACE',
  /** JSON: the models that agents name, to what Bedrock calls them. */
  bedrockModels: 'BEDROCK_MODELS',
  /** Where traces go; there are none where it is not set. */
  traceEndpoint: 'TRACE_ENDPOINT',
  /** ARN of the secret with the headers that go along. */
  traceHeadersSecret: 'TRACE_HEADERS_SECRET',
  /** Set where traces hold what was said. */
  traceContent: 'TRACE_CONTENT',
  /** The ids of the models that are listed, separated by commas; all public ones where it is not set. */
  listedModels: 'LISTED_MODELS',
  /** JSON: prices of models by id, in dollars for a million tokens. */
  modelPrices: 'MODEL_PRICES',
  /** What the names of the vaults' secrets begin with. */
  vaultSecretPrefix: 'VAULT_SECRET_PREFIX',
  /** The bucket of their sealed texts, where they are not in Secrets Manager. */
  vaultBucket: 'VAULT_BUCKET',
  /** ARN of the key that encrypts them, where it is not the account's own. */
  vaultKey: 'VAULT_KEY',
  vaultKeeperFunction: 'VAULT_KEEPER_FUNCTION',
  vaultBrokerFunction: 'VAULT_BROKER_FUNCTION',
  /** Hosts that MCP calls and credentials may go to although they are private, separated by commas. */
  privateHosts: 'PRIVATE_HOSTS',
  harnessFunction: 'HARNESS_FUNCTION',
  /** The published version that new sessions begin with. */
  harnessVersion: 'HARNESS_VERSION',
  /** Where sandboxes connect to be told of what concerns them: a URL of the scheme `wss`. */
  bellUrl: 'BELL_URL',
  /** Where a sandbox's worker finds the API: scheme and host, without `/v1`. */
  apiUrl: 'API_URL',
  sandboxCluster: 'SANDBOX_CLUSTER',
  sandboxTaskDefinition: 'SANDBOX_TASK_DEFINITION',
  /** For environments with packages of the system. */
  sandboxSystemTaskDefinition: 'SANDBOX_SYSTEM_TASK_DEFINITION',
  /** The families of both, separated by commas; set for a janitor that removes revisions. */
  sandboxFamilies: 'SANDBOX_FAMILIES',
  /** Subnet ids, separated by commas. */
  sandboxSubnets: 'SANDBOX_SUBNETS',
  sandboxSecurityGroup: 'SANDBOX_SECURITY_GROUP',
  /** `true` where a task needs a public address to reach anything. */
  sandboxPublicAddress: 'SANDBOX_PUBLIC_ADDRESS',
  sandboxIdleSeconds: 'SANDBOX_IDLE_SECONDS',
  /** Sizes beside that of the task definition, by name: a `SandboxSizes` as JSON. */
  sandboxSizes: 'SANDBOX_SIZES',
  /** How many sandboxes stand ready, by size, as JSON; the default size has the empty name. */
  sandboxWarmPool: 'SANDBOX_WARM_POOL',
  /** `FARGATE` or `FARGATE_SPOT`. */
  sandboxCapacity: 'SANDBOX_CAPACITY',
  /** Where sandboxes find the egress gateway: host and port. */
  egressAddress: 'EGRESS_ADDRESS',
  /** Where their workers find the API: its public address, also where others have a private one. */
  egressApiUrl: 'EGRESS_API_URL',
  /** The subnets and the security group of sandboxes that have no other way out. */
  egressSubnets: 'EGRESS_SUBNETS',
  egressSecurityGroup: 'EGRESS_SECURITY_GROUP',
  /** The gateway's own cluster and service. */
  egressCluster: 'EGRESS_CLUSTER',
  egressService: 'EGRESS_SERVICE',
  /** For the gateway: ARN of the secret that keeps its authority. */
  egressAuthoritySecret: 'EGRESS_AUTHORITY_SECRET',
  egressPort: 'EGRESS_PORT',
  /** Addresses of the name servers that the gateway asks, separated by commas. */
  egressNameServers: 'EGRESS_NAME_SERVERS',
  /** PEM: authorities that the gateway trusts beside the public ones. */
  egressTrusted: 'EGRESS_TRUSTED',
} as const;

export type Setting = keyof typeof SETTINGS;

/** @throws when the stack has not set it: the function was deployed without a construct that it needs. */
export function readSetting(setting: Setting, environment: NodeJS.ProcessEnv = process.env): string {
  const value = environment[SETTINGS[setting]];
  if (!value) throw new Error(`The environment variable ${SETTINGS[setting]} is not set`);
  return value;
}

/** Whether the stack has set it; what a setting belongs to may have been left out. */
export function hasSetting(setting: Setting, environment: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(environment[SETTINGS[setting]]);
}
