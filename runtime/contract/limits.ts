/**
 * Limits that the SDK's types do not express. They stand in its doc comments and in the reference (sections 1.3, 1.4, 1.6
 * and each resource's own); the lines marked "ours" are bounds of this service where neither says one.
 *
 * A row is an operation (its body, query and header fields) or a type of the SDK; a column is a field, or `field[]` for each
 * entry of a list. A required text without a rule must not be empty.
 */
import { base64, count, id, pairs, pattern, range, REQUIRED, text, timestamp, webUrl, type Rule } from './rules';

type Limits = Readonly<Record<string, Readonly<Record<string, Rule>>>>;

const METADATA = pairs({ pairs: 16, key: 64, value: 512 });
const METADATA_PATCH = pairs({ key: 64, value: 512 });

const AGENT_CONFIG = {
  system: text(0, 100_000),
  tools: count(0, 256),
  mcp_servers: count(0, 20),
  skills: count(0, 500),
};
const AGENT = { ...AGENT_CONFIG, name: text(1, 256), description: text(0, 2048) };
const ENVIRONMENT = { name: text(1, 256), description: text(0, 2048) };
/** Ours: a package manager is called with the whole list at once. */
const PACKAGES = Object.fromEntries(
  ['apt', 'cargo', 'gem', 'go', 'npm', 'pip'].map((manager) => [manager, count(0, 256)]),
);
const DEPLOYMENT = {
  name: text(1, 256),
  description: text(0, 2048),
  initial_events: count(1, 50),
  resources: count(0, 500),
  vault_ids: count(0, 50),
};
const MEMORY_STORE = {
  name: pattern(/^\P{Cc}*$/u, 'free of control characters', 255),
  description: text(0, 1024),
};
/** Ours: no token that fits into a header is longer, and what has a line end or a NUL fits into none. */
const SECRET = pattern(/^[^\0\r\n]*$/, 'free of line ends and NUL', 16_384);
const OAUTH_REFRESH = { refresh_token: SECRET, scope: text(0, 4096) }; // ours
const CREATED_AT = {
  'created_at[gt]': timestamp,
  'created_at[gte]': timestamp,
  'created_at[lt]': timestamp,
  'created_at[lte]': timestamp,
};
const VERSION = { version: range(1) };
const PAGE_OF_100 = { limit: range(1, 100) };
const PAGE_OF_1000 = { limit: range(1, 1000) };
const SHA_256 = pattern(/^[0-9a-f]{64}$/, '64 lowercase hexadecimal characters');

const someDomains = (field: string): Rule =>
  count(1, 64, { message: `${field}: Empty list of domains is ambiguous. Provide at least one domain or null.` });
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = `(?:${LABEL}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])`;
const HOSTNAME = pattern(new RegExp(`^${HOST}$`, 'i'), 'a plain hostname, without scheme, port or path', 253);
const HOST_AND_PATH = pattern(new RegExp(`^${HOST}(?:/[^\\s?#]*)?$`, 'i'), 'a hostname with at most a path', 2048);
const domains = (each: Rule): Record<string, Rule> => ({
  allowed_domains: someDomains('allowed_domains'),
  'allowed_domains[]': each,
  blocked_domains: someDomains('blocked_domains'),
  'blocked_domains[]': each,
});

export const LIMITS: Limits = {
  // Agents (reference 3)
  'agents.create': { ...AGENT, metadata: METADATA },
  'agents.update': { ...AGENT, ...VERSION, metadata: METADATA_PATCH },
  'agents.retrieve': VERSION,
  'agents.list': { ...PAGE_OF_100, 'created_at[gte]': timestamp, 'created_at[lte]': timestamp },
  'agents.versions.list': PAGE_OF_100,
  BetaManagedAgentsURLMCPServerParams: { name: text(1, 255), url: webUrl },
  BetaManagedAgentsMCPToolsetParams: { mcp_server_name: text(1, 255) },
  BetaManagedAgentsMCPToolConfigParams: { name: text(1, 128) },
  BetaManagedAgentsCustomToolParams: {
    name: pattern(/^[A-Za-z0-9_-]+$/, 'letters, digits, underscores and hyphens', 128),
    description: text(0, 100_000), // ours
  },
  BetaManagedAgentsWebFetchToolConfigParams: { ...domains(HOSTNAME), max_content_tokens: range(1) },
  BetaManagedAgentsWebSearchToolConfigParams: domains(HOST_AND_PATH),
  BetaManagedAgentsWebFetchURLSourceOnly: { tools: count(1, 128) },
  BetaManagedAgentsWebFetchURLSourceExcept: { tools: count(1, 128) },
  BetaManagedAgentsUserLocation: { country: pattern(/^[A-Z]{2}$/, 'a two-letter country code in upper case') },
  BetaManagedAgentsAWSRoleExecutionIdentityParams: { role_arn: text(1, 2048) },
  BetaManagedAgentsMultiagentCoordinatorParams: { agents: count(1, 20) },
  BetaManagedAgentsMultiagentSubagentsEnabledParams: { predefined_agents: count(0, 20) },
  BetaManagedAgentsMultiagentWorkflowsEnabledParams: { predefined_agents: count(0, 20) },
  BetaManagedAgentsAgentParams: VERSION,
  BetaManagedAgentsModelConfigParams: { id: text(1, 256) },

  // Environments and their work queues (reference 4, 10)
  'environments.create': { ...ENVIRONMENT, metadata: METADATA },
  'environments.update': { ...ENVIRONMENT, metadata: METADATA_PATCH },
  'environments.list': PAGE_OF_100,
  BetaLimitedNetworkParams: { allowed_hosts: count(0, 1000) }, // ours
  BetaPackagesParams: PACKAGES,
  'environments.work.list': PAGE_OF_100,
  'environments.work.update': { metadata: METADATA_PATCH },
  'environments.work.poll': {
    block_ms: range(1, 999),
    reclaim_older_than_ms: range(0, 86_400_000), // ours: a day
    'Anthropic-Worker-ID': pattern(/^[ -~]+$/, 'printable ASCII', 256), // ours
  },
  'environments.work.heartbeat': { desired_ttl_seconds: range(1, 86_400), expected_last_heartbeat: text(1, 64) },

  // Sessions, their resources and threads (reference 5, 9, 12)
  'sessions.create': {
    title: text(0, 2048), // ours
    metadata: METADATA,
    resources: count(0, 500),
    vault_ids: count(0, 50),
    initial_events: count(0, 50),
  },
  'sessions.update': { title: text(0, 2048), metadata: METADATA_PATCH },
  'sessions.list': {
    ...PAGE_OF_1000,
    ...CREATED_AT,
    agent_id: id('agent'),
    agent_version: range(1),
    deployment_id: id('deployment'),
    memory_store_id: id('memoryStore'),
  },
  'sessions.resources.list': PAGE_OF_1000,
  'sessions.threads.list': PAGE_OF_1000,
  'sessions.threads.events.list': PAGE_OF_1000,
  'sessions.threads.events.stream': { event_deltas: count(0, 100), from: id('event'), 'Last-Event-ID': id('event') },
  BetaManagedAgentsAgentWithOverridesParams: { ...AGENT_CONFIG, ...VERSION },
  BetaManagedAgentsSessionAgentUpdate: { tools: AGENT.tools, mcp_servers: AGENT.mcp_servers },
  BetaManagedAgentsMemoryStoreResourceParam: { instructions: text(0, 4096) },
  BetaMonetaryAmount: { amount: pattern(/^[1-9]\d{0,14}$/, 'a whole number of cents without leading zeros') },

  // Events (reference 6)
  'sessions.events.send': { events: count(1, 1000) }, // the upper bound is ours
  'sessions.events.list': { ...PAGE_OF_1000, ...CREATED_AT, types: count(0, 100) },
  'sessions.events.stream': { event_deltas: count(0, 100), from: id('event'), 'Last-Event-ID': id('event') },
  BetaManagedAgentsUserMessageEventParams: { content: count(1, 1000) }, // the upper bound is ours
  BetaManagedAgentsSystemMessageEventParams: { content: count(1, 1000) },
  BetaManagedAgentsUserDefineOutcomeEventParams: { max_iterations: range(1, 20) },
  BetaManagedAgentsTextRubricParams: { content: text(1, 262_144) },
  BetaManagedAgentsBase64ImageSource: {
    media_type: pattern(/^image\/(?:png|jpeg|gif|webp)$/, 'image/png, image/jpeg, image/gif or image/webp'),
    data: base64,
  },
  BetaManagedAgentsBase64DocumentSource: { data: base64 },
  BetaManagedAgentsURLImageSource: { url: webUrl },
  BetaManagedAgentsURLDocumentSource: { url: webUrl },

  // Vaults (reference 8)
  'vaults.create': { display_name: text(1, 255), metadata: METADATA },
  'vaults.update': { display_name: text(1, 255), metadata: METADATA_PATCH },
  'vaults.list': PAGE_OF_100,
  'vaults.credentials.create': { display_name: text(0, 255), metadata: METADATA },
  'vaults.credentials.update': { display_name: text(1, 255), metadata: METADATA_PATCH },
  'vaults.credentials.list': PAGE_OF_100,
  BetaManagedAgentsMCPOAuthCreateParams: { mcp_server_url: webUrl, access_token: SECRET, expires_at: timestamp },
  BetaManagedAgentsMCPOAuthUpdateParams: { access_token: SECRET, expires_at: timestamp },
  BetaManagedAgentsMCPOAuthRefreshParams: {
    ...OAUTH_REFRESH,
    client_id: text(1, 2048),
    resource: text(0, 2048),
    token_endpoint: webUrl,
  },
  BetaManagedAgentsMCPOAuthRefreshUpdateParams: OAUTH_REFRESH,
  BetaManagedAgentsTokenEndpointAuthBasicParam: { client_secret: SECRET },
  BetaManagedAgentsTokenEndpointAuthPostParam: { client_secret: SECRET },
  BetaManagedAgentsTokenEndpointAuthBasicUpdateParam: { client_secret: SECRET },
  BetaManagedAgentsTokenEndpointAuthPostUpdateParam: { client_secret: SECRET },
  BetaManagedAgentsStaticBearerCreateParams: { mcp_server_url: webUrl, token: SECRET },
  BetaManagedAgentsStaticBearerUpdateParams: { token: SECRET },
  BetaManagedAgentsEnvironmentVariableCreateParams: {
    secret_name: pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable', 256), // ours
    secret_value: SECRET,
  },
  BetaManagedAgentsEnvironmentVariableUpdateParams: { secret_value: SECRET },
  BetaManagedAgentsLimitedCredentialNetworkingParams: { allowed_hosts: count(1, 16) },

  // Memory (reference 13)
  'memoryStores.create': { ...MEMORY_STORE, metadata: METADATA },
  'memoryStores.update': { ...MEMORY_STORE, metadata: METADATA_PATCH },
  'memoryStores.list': { ...PAGE_OF_100, 'created_at[gte]': timestamp, 'created_at[lte]': timestamp },
  'memoryStores.memories.list': PAGE_OF_100,
  'memoryStores.memories.delete': { expected_content_sha256: SHA_256 },
  'memoryStores.memoryVersions.list': PAGE_OF_100,

  // Deployments (reference 15)
  'deployments.create': { ...DEPLOYMENT, metadata: METADATA },
  'deployments.update': { ...DEPLOYMENT, metadata: METADATA_PATCH },
  'deployments.list': {
    ...PAGE_OF_100,
    agent_id: id('agent'),
    'created_at[gte]': timestamp,
    'created_at[lte]': timestamp,
  },
  'deploymentRuns.list': { ...PAGE_OF_1000, ...CREATED_AT },

  // Models, files, skills (reference 1.3)
  'models.list': { ...PAGE_OF_1000, lifecycle: count(0, 3) },
  'files.list': { ...PAGE_OF_1000, ids: count(0, 100) },
  'skills.list': PAGE_OF_1000,
  'skills.versions.list': PAGE_OF_1000,
  'dreams.list': PAGE_OF_1000,
  'tunnels.list': PAGE_OF_1000,
  'tunnels.certificates.list': PAGE_OF_1000,
  'userProfiles.list': PAGE_OF_1000,
  'organization.webhooks.list': PAGE_OF_1000,
};

/**
 * What null means for an optional field whose type does not name it. Elsewhere it is the same as leaving the field out.
 * `empty`: the list is cleared. Otherwise null is refused, with the API's code where it has one (reference 3.3, 5.1).
 */
export type NullMeaning = 'empty' | { readonly says: string; readonly code?: string };
const NOT_CLEARABLE: NullMeaning = { says: REQUIRED };

export const NULL_MEANS: Readonly<Record<string, Readonly<Record<string, NullMeaning>>>> = {
  'agents.update': { name: NOT_CLEARABLE, model: NOT_CLEARABLE },
  'deployments.update': {
    agent: NOT_CLEARABLE,
    name: NOT_CLEARABLE,
    environment_id: NOT_CLEARABLE,
    initial_events: NOT_CLEARABLE,
  },
  BetaManagedAgentsAgentWithOverridesParams: {
    model: { says: REQUIRED, code: 'agent_model_required' },
    tools: 'empty',
    mcp_servers: 'empty',
    skills: 'empty',
  },
  BetaManagedAgentsSessionAgentUpdate: { tools: 'empty', mcp_servers: 'empty' },
  BetaManagedAgentsEnvironmentVariableCreateParams: { injection_location: NOT_CLEARABLE },
  BetaManagedAgentsEnvironmentVariableUpdateParams: { injection_location: NOT_CLEARABLE },
};

const oneDomainList: Rule = (value) => {
  const { allowed_domains: allowed, blocked_domains: blocked } = value as Record<string, unknown>;
  return allowed && blocked ? { message: 'Only one of allowed_domains or blocked_domains may be set.' } : undefined;
};

/** Rules about an object as a whole, by its type. */
export const TOGETHER: Readonly<Record<string, Rule>> = {
  BetaManagedAgentsWebFetchToolConfigParams: oneDomainList,
  BetaManagedAgentsWebSearchToolConfigParams: oneDomainList,
  BetaManagedAgentsUserToolConfirmationEventParams: (value) => {
    const { result, deny_message: message } = value as Record<string, unknown>;
    return message && result !== 'deny' ? 'deny_message is only allowed when result is "deny"' : undefined;
  },
};
