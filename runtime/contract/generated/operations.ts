// Generated from @anthropic-ai/sdk 1.11.0 by `npm run generate`. Do not edit.
import type * as Agents from '@anthropic-ai/sdk/resources/beta/agents/agents';
import type * as AgentsVersions from '@anthropic-ai/sdk/resources/beta/agents/versions';
import type * as DeploymentRuns from '@anthropic-ai/sdk/resources/beta/deployment-runs';
import type * as Deployments from '@anthropic-ai/sdk/resources/beta/deployments';
import type * as Dreams from '@anthropic-ai/sdk/resources/beta/dreams';
import type * as Environments from '@anthropic-ai/sdk/resources/beta/environments/environments';
import type * as EnvironmentsWork from '@anthropic-ai/sdk/resources/beta/environments/work';
import type * as Files from '@anthropic-ai/sdk/resources/beta/files';
import type * as MemoryStoresMemories from '@anthropic-ai/sdk/resources/beta/memory-stores/memories';
import type * as MemoryStoresMemoryStores from '@anthropic-ai/sdk/resources/beta/memory-stores/memory-stores';
import type * as MemoryStoresMemoryVersions from '@anthropic-ai/sdk/resources/beta/memory-stores/memory-versions';
import type * as Models from '@anthropic-ai/sdk/resources/beta/models';
import type * as OrganizationWebhooks from '@anthropic-ai/sdk/resources/beta/organization/webhooks';
import type * as Sessions from '@anthropic-ai/sdk/resources/beta/sessions/sessions';
import type * as SessionsEvents from '@anthropic-ai/sdk/resources/beta/sessions/events';
import type * as SessionsResources from '@anthropic-ai/sdk/resources/beta/sessions/resources';
import type * as SessionsThreads from '@anthropic-ai/sdk/resources/beta/sessions/threads/threads';
import type * as SessionsThreadsEvents from '@anthropic-ai/sdk/resources/beta/sessions/threads/events';
import type * as Skills from '@anthropic-ai/sdk/resources/beta/skills/skills';
import type * as SkillsVersions from '@anthropic-ai/sdk/resources/beta/skills/versions';
import type * as Tunnels from '@anthropic-ai/sdk/resources/beta/tunnels/tunnels';
import type * as TunnelsCertificates from '@anthropic-ai/sdk/resources/beta/tunnels/certificates';
import type * as UserProfilesActionUrls from '@anthropic-ai/sdk/resources/beta/user-profiles/action-urls';
import type * as UserProfilesUserProfiles from '@anthropic-ai/sdk/resources/beta/user-profiles/user-profiles';
import type * as Vaults from '@anthropic-ai/sdk/resources/beta/vaults/vaults';
import type * as VaultsCredentials from '@anthropic-ai/sdk/resources/beta/vaults/credentials';
import type { BidirectionalPageCursorResponse, PageCursorResponse, PageResponse } from '@anthropic-ai/sdk/core/pagination';

/** Each operation by its name: the parts of its request, and the body of its answer. */
export interface Operations {
  /** GET /v1/models/{model_id} */
  'models.retrieve': {
    path: { model_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Models.BetaModelInfo;
  };
  /** GET /v1/models */
  'models.list': {
    path: {};
    query: Omit<Models.ModelListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageResponse<Models.BetaModelInfo>;
  };
  /** GET /v1/agents/{agent_id}/versions */
  'agents.versions.list': {
    path: { agent_id: string };
    query: Omit<AgentsVersions.VersionListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Agents.BetaManagedAgentsAgent>;
  };
  /** POST /v1/agents */
  'agents.create': {
    path: {};
    query: {};
    body: Omit<Agents.AgentCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Agents.BetaManagedAgentsAgent;
  };
  /** GET /v1/agents/{agent_id} */
  'agents.retrieve': {
    path: { agent_id: string };
    query: Omit<Agents.AgentRetrieveParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: Agents.BetaManagedAgentsAgent;
  };
  /** POST /v1/agents/{agent_id} */
  'agents.update': {
    path: { agent_id: string };
    query: {};
    body: Omit<Agents.AgentUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Agents.BetaManagedAgentsAgent;
  };
  /** GET /v1/agents */
  'agents.list': {
    path: {};
    query: Omit<Agents.AgentListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Agents.BetaManagedAgentsAgent>;
  };
  /** POST /v1/agents/{agent_id}/archive */
  'agents.archive': {
    path: { agent_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Agents.BetaManagedAgentsAgent;
  };
  /** GET /v1/environments/{environment_id}/work/{work_id} */
  'environments.work.retrieve': {
    path: { environment_id: string; work_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: EnvironmentsWork.BetaSelfHostedWork;
  };
  /** POST /v1/environments/{environment_id}/work/{work_id} */
  'environments.work.update': {
    path: { environment_id: string; work_id: string };
    query: {};
    body: Omit<EnvironmentsWork.WorkUpdateParams, 'environment_id' | 'betas' | 'workspace_id'>;
    headers: {};
    result: EnvironmentsWork.BetaSelfHostedWork;
  };
  /** GET /v1/environments/{environment_id}/work */
  'environments.work.list': {
    path: { environment_id: string };
    query: Omit<EnvironmentsWork.WorkListParams, 'betas'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<EnvironmentsWork.BetaSelfHostedWork>;
  };
  /** POST /v1/environments/{environment_id}/work/{work_id}/ack */
  'environments.work.ack': {
    path: { environment_id: string; work_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: EnvironmentsWork.BetaSelfHostedWork;
  };
  /** POST /v1/environments/{environment_id}/work/{work_id}/heartbeat */
  'environments.work.heartbeat': {
    path: { environment_id: string; work_id: string };
    query: Pick<EnvironmentsWork.WorkHeartbeatParams, 'desired_ttl_seconds' | 'expected_last_heartbeat'>;
    body: undefined;
    headers: {};
    result: EnvironmentsWork.BetaSelfHostedWorkHeartbeatResponse;
  };
  /** GET /v1/environments/{environment_id}/work/poll */
  'environments.work.poll': {
    path: { environment_id: string };
    query: Omit<EnvironmentsWork.WorkPollParams, 'betas' | 'Anthropic-Worker-ID'>;
    body: undefined;
    headers: Pick<EnvironmentsWork.WorkPollParams, 'Anthropic-Worker-ID'>;
    result: EnvironmentsWork.BetaSelfHostedWork | null;
  };
  /** GET /v1/environments/{environment_id}/work/stats */
  'environments.work.stats': {
    path: { environment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: EnvironmentsWork.BetaSelfHostedWorkQueueStats;
  };
  /** POST /v1/environments/{environment_id}/work/{work_id}/stop */
  'environments.work.stop': {
    path: { environment_id: string; work_id: string };
    query: {};
    body: Omit<EnvironmentsWork.WorkStopParams, 'environment_id' | 'betas' | 'workspace_id'>;
    headers: {};
    result: EnvironmentsWork.BetaSelfHostedWork;
  };
  /** POST /v1/environments */
  'environments.create': {
    path: {};
    query: {};
    body: Omit<Environments.EnvironmentCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Environments.BetaEnvironment;
  };
  /** GET /v1/environments/{environment_id} */
  'environments.retrieve': {
    path: { environment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Environments.BetaEnvironment;
  };
  /** POST /v1/environments/{environment_id} */
  'environments.update': {
    path: { environment_id: string };
    query: {};
    body: Omit<Environments.EnvironmentUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Environments.BetaEnvironment;
  };
  /** GET /v1/environments */
  'environments.list': {
    path: {};
    query: Omit<Environments.EnvironmentListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Environments.BetaEnvironment>;
  };
  /** DELETE /v1/environments/{environment_id} */
  'environments.delete': {
    path: { environment_id: string };
    query: { force?: boolean };
    body: undefined;
    headers: {};
    result: Environments.BetaEnvironmentDeleteResponse;
  };
  /** POST /v1/environments/{environment_id}/archive */
  'environments.archive': {
    path: { environment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Environments.BetaEnvironment;
  };
  /** GET /v1/sessions/{session_id}/events */
  'sessions.events.list': {
    path: { session_id: string };
    query: Omit<SessionsEvents.EventListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<SessionsEvents.BetaManagedAgentsSessionEvent>;
  };
  /** POST /v1/sessions/{session_id}/events */
  'sessions.events.send': {
    path: { session_id: string };
    query: {};
    body: Omit<SessionsEvents.EventSendParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: SessionsEvents.BetaManagedAgentsSendSessionEvents;
  };
  /** GET /v1/sessions/{session_id}/events/stream */
  'sessions.events.stream': {
    path: { session_id: string };
    query: Omit<SessionsEvents.EventStreamParams, 'betas' | 'workspace_id'> & { from?: string };
    body: undefined;
    headers: { 'Last-Event-ID'?: string };
    result: Response;
  };
  /** GET /v1/sessions/{session_id}/resources/{resource_id} */
  'sessions.resources.retrieve': {
    path: { session_id: string; resource_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: SessionsResources.ResourceRetrieveResponse;
  };
  /** POST /v1/sessions/{session_id}/resources/{resource_id} */
  'sessions.resources.update': {
    path: { session_id: string; resource_id: string };
    query: {};
    body: Omit<SessionsResources.ResourceUpdateParams, 'session_id' | 'betas' | 'workspace_id'>;
    headers: {};
    result: SessionsResources.ResourceUpdateResponse;
  };
  /** GET /v1/sessions/{session_id}/resources */
  'sessions.resources.list': {
    path: { session_id: string };
    query: Omit<SessionsResources.ResourceListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<SessionsResources.BetaManagedAgentsSessionResource>;
  };
  /** DELETE /v1/sessions/{session_id}/resources/{resource_id} */
  'sessions.resources.delete': {
    path: { session_id: string; resource_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: SessionsResources.BetaManagedAgentsDeleteSessionResource;
  };
  /** POST /v1/sessions/{session_id}/resources */
  'sessions.resources.add': {
    path: { session_id: string };
    query: {};
    body: Omit<SessionsResources.ResourceAddParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: SessionsResources.BetaManagedAgentsFileResource;
  };
  /** GET /v1/sessions/{session_id}/threads/{thread_id}/events */
  'sessions.threads.events.list': {
    path: { session_id: string; thread_id: string };
    query: Omit<SessionsThreadsEvents.EventListParams, 'session_id' | 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<SessionsEvents.BetaManagedAgentsSessionEvent>;
  };
  /** GET /v1/sessions/{session_id}/threads/{thread_id}/stream */
  'sessions.threads.events.stream': {
    path: { session_id: string; thread_id: string };
    query: Omit<SessionsThreadsEvents.EventStreamParams, 'session_id' | 'betas' | 'workspace_id'> & { from?: string };
    body: undefined;
    headers: { 'Last-Event-ID'?: string };
    result: Response;
  };
  /** GET /v1/sessions/{session_id}/threads/{thread_id} */
  'sessions.threads.retrieve': {
    path: { session_id: string; thread_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: SessionsThreads.BetaManagedAgentsSessionThread;
  };
  /** GET /v1/sessions/{session_id}/threads */
  'sessions.threads.list': {
    path: { session_id: string };
    query: Omit<SessionsThreads.ThreadListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<SessionsThreads.BetaManagedAgentsSessionThread>;
  };
  /** POST /v1/sessions/{session_id}/threads/{thread_id}/archive */
  'sessions.threads.archive': {
    path: { session_id: string; thread_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: SessionsThreads.BetaManagedAgentsSessionThread;
  };
  /** POST /v1/sessions */
  'sessions.create': {
    path: {};
    query: {};
    body: Omit<Sessions.SessionCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Sessions.BetaManagedAgentsSession;
  };
  /** GET /v1/sessions/{session_id} */
  'sessions.retrieve': {
    path: { session_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Sessions.BetaManagedAgentsSession;
  };
  /** POST /v1/sessions/{session_id} */
  'sessions.update': {
    path: { session_id: string };
    query: { runtime?: string };
    body: Omit<Sessions.SessionUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Sessions.BetaManagedAgentsSession;
  };
  /** GET /v1/sessions */
  'sessions.list': {
    path: {};
    query: Omit<Sessions.SessionListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: BidirectionalPageCursorResponse<Sessions.BetaManagedAgentsSession>;
  };
  /** DELETE /v1/sessions/{session_id} */
  'sessions.delete': {
    path: { session_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Sessions.BetaManagedAgentsDeletedSession;
  };
  /** POST /v1/sessions/{session_id}/archive */
  'sessions.archive': {
    path: { session_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Sessions.BetaManagedAgentsSession;
  };
  /** POST /v1/deployments */
  'deployments.create': {
    path: {};
    query: {};
    body: Omit<Deployments.DeploymentCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Deployments.BetaManagedAgentsDeployment;
  };
  /** GET /v1/deployments/{deployment_id} */
  'deployments.retrieve': {
    path: { deployment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Deployments.BetaManagedAgentsDeployment;
  };
  /** POST /v1/deployments/{deployment_id} */
  'deployments.update': {
    path: { deployment_id: string };
    query: {};
    body: Omit<Deployments.DeploymentUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Deployments.BetaManagedAgentsDeployment;
  };
  /** GET /v1/deployments */
  'deployments.list': {
    path: {};
    query: Omit<Deployments.DeploymentListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Deployments.BetaManagedAgentsDeployment>;
  };
  /** POST /v1/deployments/{deployment_id}/archive */
  'deployments.archive': {
    path: { deployment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Deployments.BetaManagedAgentsDeployment;
  };
  /** POST /v1/deployments/{deployment_id}/pause */
  'deployments.pause': {
    path: { deployment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Deployments.BetaManagedAgentsDeployment;
  };
  /** POST /v1/deployments/{deployment_id}/run */
  'deployments.run': {
    path: { deployment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: DeploymentRuns.BetaManagedAgentsDeploymentRun;
  };
  /** POST /v1/deployments/{deployment_id}/unpause */
  'deployments.unpause': {
    path: { deployment_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Deployments.BetaManagedAgentsDeployment;
  };
  /** GET /v1/deployment_runs/{deployment_run_id} */
  'deploymentRuns.retrieve': {
    path: { deployment_run_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: DeploymentRuns.BetaManagedAgentsDeploymentRun;
  };
  /** GET /v1/deployment_runs */
  'deploymentRuns.list': {
    path: {};
    query: Omit<DeploymentRuns.DeploymentRunListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<DeploymentRuns.BetaManagedAgentsDeploymentRun>;
  };
  /** POST /v1/vaults/{vault_id}/credentials */
  'vaults.credentials.create': {
    path: { vault_id: string };
    query: {};
    body: Omit<VaultsCredentials.CredentialCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: VaultsCredentials.BetaManagedAgentsCredential;
  };
  /** GET /v1/vaults/{vault_id}/credentials/{credential_id} */
  'vaults.credentials.retrieve': {
    path: { vault_id: string; credential_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: VaultsCredentials.BetaManagedAgentsCredential;
  };
  /** POST /v1/vaults/{vault_id}/credentials/{credential_id} */
  'vaults.credentials.update': {
    path: { vault_id: string; credential_id: string };
    query: {};
    body: Omit<VaultsCredentials.CredentialUpdateParams, 'vault_id' | 'betas' | 'workspace_id'>;
    headers: {};
    result: VaultsCredentials.BetaManagedAgentsCredential;
  };
  /** GET /v1/vaults/{vault_id}/credentials */
  'vaults.credentials.list': {
    path: { vault_id: string };
    query: Omit<VaultsCredentials.CredentialListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<VaultsCredentials.BetaManagedAgentsCredential>;
  };
  /** DELETE /v1/vaults/{vault_id}/credentials/{credential_id} */
  'vaults.credentials.delete': {
    path: { vault_id: string; credential_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: VaultsCredentials.BetaManagedAgentsDeletedCredential;
  };
  /** POST /v1/vaults/{vault_id}/credentials/{credential_id}/archive */
  'vaults.credentials.archive': {
    path: { vault_id: string; credential_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: VaultsCredentials.BetaManagedAgentsCredential;
  };
  /** POST /v1/vaults/{vault_id}/credentials/{credential_id}/mcp_oauth_validate */
  'vaults.credentials.mcpOAuthValidate': {
    path: { vault_id: string; credential_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: VaultsCredentials.BetaManagedAgentsCredentialValidation;
  };
  /** POST /v1/vaults */
  'vaults.create': {
    path: {};
    query: {};
    body: Omit<Vaults.VaultCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Vaults.BetaManagedAgentsVault;
  };
  /** GET /v1/vaults/{vault_id} */
  'vaults.retrieve': {
    path: { vault_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Vaults.BetaManagedAgentsVault;
  };
  /** POST /v1/vaults/{vault_id} */
  'vaults.update': {
    path: { vault_id: string };
    query: {};
    body: Omit<Vaults.VaultUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Vaults.BetaManagedAgentsVault;
  };
  /** GET /v1/vaults */
  'vaults.list': {
    path: {};
    query: Omit<Vaults.VaultListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Vaults.BetaManagedAgentsVault>;
  };
  /** DELETE /v1/vaults/{vault_id} */
  'vaults.delete': {
    path: { vault_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Vaults.BetaManagedAgentsDeletedVault;
  };
  /** POST /v1/vaults/{vault_id}/archive */
  'vaults.archive': {
    path: { vault_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Vaults.BetaManagedAgentsVault;
  };
  /** POST /v1/memory_stores/{memory_store_id}/memories */
  'memoryStores.memories.create': {
    path: { memory_store_id: string };
    query: Pick<MemoryStoresMemories.MemoryCreateParams, 'view'>;
    body: Omit<MemoryStoresMemories.MemoryCreateParams, 'view' | 'betas' | 'workspace_id'>;
    headers: {};
    result: MemoryStoresMemories.BetaManagedAgentsMemory;
  };
  /** GET /v1/memory_stores/{memory_store_id}/memories/{memory_id} */
  'memoryStores.memories.retrieve': {
    path: { memory_store_id: string; memory_id: string };
    query: Omit<MemoryStoresMemories.MemoryRetrieveParams, 'memory_store_id' | 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: MemoryStoresMemories.BetaManagedAgentsMemory;
  };
  /** POST /v1/memory_stores/{memory_store_id}/memories/{memory_id} */
  'memoryStores.memories.update': {
    path: { memory_store_id: string; memory_id: string };
    query: Pick<MemoryStoresMemories.MemoryUpdateParams, 'view'>;
    body: Omit<MemoryStoresMemories.MemoryUpdateParams, 'memory_store_id' | 'view' | 'betas' | 'workspace_id'>;
    headers: {};
    result: MemoryStoresMemories.BetaManagedAgentsMemory;
  };
  /** GET /v1/memory_stores/{memory_store_id}/memories */
  'memoryStores.memories.list': {
    path: { memory_store_id: string };
    query: Omit<MemoryStoresMemories.MemoryListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<MemoryStoresMemories.BetaManagedAgentsMemoryListItem>;
  };
  /** DELETE /v1/memory_stores/{memory_store_id}/memories/{memory_id} */
  'memoryStores.memories.delete': {
    path: { memory_store_id: string; memory_id: string };
    query: Pick<MemoryStoresMemories.MemoryDeleteParams, 'expected_content_sha256'>;
    body: undefined;
    headers: {};
    result: MemoryStoresMemories.BetaManagedAgentsDeletedMemory;
  };
  /** GET /v1/memory_stores/{memory_store_id}/memory_versions/{memory_version_id} */
  'memoryStores.memoryVersions.retrieve': {
    path: { memory_store_id: string; memory_version_id: string };
    query: Omit<MemoryStoresMemoryVersions.MemoryVersionRetrieveParams, 'memory_store_id' | 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: MemoryStoresMemoryVersions.BetaManagedAgentsMemoryVersion;
  };
  /** GET /v1/memory_stores/{memory_store_id}/memory_versions */
  'memoryStores.memoryVersions.list': {
    path: { memory_store_id: string };
    query: Omit<MemoryStoresMemoryVersions.MemoryVersionListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<MemoryStoresMemoryVersions.BetaManagedAgentsMemoryVersion>;
  };
  /** POST /v1/memory_stores/{memory_store_id}/memory_versions/{memory_version_id}/redact */
  'memoryStores.memoryVersions.redact': {
    path: { memory_store_id: string; memory_version_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: MemoryStoresMemoryVersions.BetaManagedAgentsMemoryVersion;
  };
  /** POST /v1/memory_stores */
  'memoryStores.create': {
    path: {};
    query: {};
    body: Omit<MemoryStoresMemoryStores.MemoryStoreCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: MemoryStoresMemoryStores.BetaManagedAgentsMemoryStore;
  };
  /** GET /v1/memory_stores/{memory_store_id} */
  'memoryStores.retrieve': {
    path: { memory_store_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: MemoryStoresMemoryStores.BetaManagedAgentsMemoryStore;
  };
  /** POST /v1/memory_stores/{memory_store_id} */
  'memoryStores.update': {
    path: { memory_store_id: string };
    query: {};
    body: Omit<MemoryStoresMemoryStores.MemoryStoreUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: MemoryStoresMemoryStores.BetaManagedAgentsMemoryStore;
  };
  /** GET /v1/memory_stores */
  'memoryStores.list': {
    path: {};
    query: Omit<MemoryStoresMemoryStores.MemoryStoreListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<MemoryStoresMemoryStores.BetaManagedAgentsMemoryStore>;
  };
  /** DELETE /v1/memory_stores/{memory_store_id} */
  'memoryStores.delete': {
    path: { memory_store_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: MemoryStoresMemoryStores.BetaManagedAgentsDeletedMemoryStore;
  };
  /** POST /v1/memory_stores/{memory_store_id}/archive */
  'memoryStores.archive': {
    path: { memory_store_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: MemoryStoresMemoryStores.BetaManagedAgentsMemoryStore;
  };
  /** GET /v1/files */
  'files.list': {
    path: {};
    query: Omit<Files.FileListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Files.BetaFileMetadata>;
  };
  /** DELETE /v1/files/{file_id} */
  'files.delete': {
    path: { file_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Files.BetaDeletedFile;
  };
  /** GET /v1/files/{file_id}/content */
  'files.download': {
    path: { file_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Response;
  };
  /** GET /v1/files/{file_id} */
  'files.retrieveMetadata': {
    path: { file_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Files.BetaFileMetadata;
  };
  /** POST /v1/files */
  'files.upload': {
    path: {};
    query: {};
    body: FormData;
    headers: {};
    result: Files.BetaFileMetadata;
  };
  /** POST /v1/skills/{skill_id}/versions */
  'skills.versions.create': {
    path: { skill_id: string };
    query: {};
    body: FormData;
    headers: {};
    result: SkillsVersions.BetaSkillVersion;
  };
  /** GET /v1/skills/{skill_id}/versions/{version} */
  'skills.versions.retrieve': {
    path: { skill_id: string; version: string };
    query: {};
    body: undefined;
    headers: {};
    result: SkillsVersions.BetaSkillVersion;
  };
  /** GET /v1/skills/{skill_id}/versions */
  'skills.versions.list': {
    path: { skill_id: string };
    query: Omit<SkillsVersions.VersionListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<SkillsVersions.BetaSkillVersion>;
  };
  /** DELETE /v1/skills/{skill_id}/versions/{version} */
  'skills.versions.delete': {
    path: { skill_id: string; version: string };
    query: {};
    body: undefined;
    headers: {};
    result: SkillsVersions.BetaDeletedSkillVersion;
  };
  /** GET /v1/skills/{skill_id}/versions/{version}/content */
  'skills.versions.download': {
    path: { skill_id: string; version: string };
    query: {};
    body: undefined;
    headers: {};
    result: Response;
  };
  /** POST /v1/skills */
  'skills.create': {
    path: {};
    query: {};
    body: FormData;
    headers: {};
    result: Skills.BetaSkill;
  };
  /** GET /v1/skills/{skill_id} */
  'skills.retrieve': {
    path: { skill_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Skills.BetaSkill;
  };
  /** GET /v1/skills */
  'skills.list': {
    path: {};
    query: Omit<Skills.SkillListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Skills.BetaSkill>;
  };
  /** DELETE /v1/skills/{skill_id} */
  'skills.delete': {
    path: { skill_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Skills.BetaDeletedSkill;
  };
  /** POST /v1/user_profiles/{user_profile_id}/action_urls */
  'userProfiles.actionURLs.create': {
    path: { user_profile_id: string };
    query: {};
    body: Omit<UserProfilesActionUrls.ActionURLCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: UserProfilesActionUrls.BetaUserProfileActionURL;
  };
  /** POST /v1/user_profiles */
  'userProfiles.create': {
    path: {};
    query: {};
    body: Omit<UserProfilesUserProfiles.UserProfileCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: UserProfilesUserProfiles.BetaUserProfile;
  };
  /** GET /v1/user_profiles/{user_profile_id} */
  'userProfiles.retrieve': {
    path: { user_profile_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: UserProfilesUserProfiles.BetaUserProfile;
  };
  /** POST /v1/user_profiles/{user_profile_id} */
  'userProfiles.update': {
    path: { user_profile_id: string };
    query: {};
    body: Omit<UserProfilesUserProfiles.UserProfileUpdateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: UserProfilesUserProfiles.BetaUserProfile;
  };
  /** GET /v1/user_profiles */
  'userProfiles.list': {
    path: {};
    query: Omit<UserProfilesUserProfiles.UserProfileListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<UserProfilesUserProfiles.BetaUserProfile>;
  };
  /** DELETE /v1/user_profiles/{user_profile_id} */
  'userProfiles.delete': {
    path: { user_profile_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: UserProfilesUserProfiles.BetaDeletedUserProfile;
  };
  /** POST /v1/user_profiles/{user_profile_id}/enrollment_url */
  'userProfiles.createEnrollmentURL': {
    path: { user_profile_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: UserProfilesUserProfiles.BetaUserProfileEnrollmentURL;
  };
  /** POST /v1/dreams */
  'dreams.create': {
    path: {};
    query: {};
    body: Omit<Dreams.DreamCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Dreams.BetaDream;
  };
  /** GET /v1/dreams/{dream_id} */
  'dreams.retrieve': {
    path: { dream_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Dreams.BetaDream;
  };
  /** GET /v1/dreams */
  'dreams.list': {
    path: {};
    query: Omit<Dreams.DreamListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Dreams.BetaDream>;
  };
  /** POST /v1/dreams/{dream_id}/archive */
  'dreams.archive': {
    path: { dream_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Dreams.BetaDream;
  };
  /** POST /v1/dreams/{dream_id}/cancel */
  'dreams.cancel': {
    path: { dream_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Dreams.BetaDream;
  };
  /** POST /v1/tunnels/{tunnel_id}/certificates */
  'tunnels.certificates.create': {
    path: { tunnel_id: string };
    query: {};
    body: Omit<TunnelsCertificates.CertificateCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: TunnelsCertificates.BetaTunnelCertificate;
  };
  /** GET /v1/tunnels/{tunnel_id}/certificates/{certificate_id} */
  'tunnels.certificates.retrieve': {
    path: { tunnel_id: string; certificate_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: TunnelsCertificates.BetaTunnelCertificate;
  };
  /** GET /v1/tunnels/{tunnel_id}/certificates */
  'tunnels.certificates.list': {
    path: { tunnel_id: string };
    query: Omit<TunnelsCertificates.CertificateListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<TunnelsCertificates.BetaTunnelCertificate>;
  };
  /** POST /v1/tunnels/{tunnel_id}/certificates/{certificate_id}/archive */
  'tunnels.certificates.archive': {
    path: { tunnel_id: string; certificate_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: TunnelsCertificates.BetaTunnelCertificate;
  };
  /** POST /v1/tunnels */
  'tunnels.create': {
    path: {};
    query: {};
    body: Omit<Tunnels.TunnelCreateParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Tunnels.BetaTunnel;
  };
  /** GET /v1/tunnels/{tunnel_id} */
  'tunnels.retrieve': {
    path: { tunnel_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Tunnels.BetaTunnel;
  };
  /** GET /v1/tunnels */
  'tunnels.list': {
    path: {};
    query: Omit<Tunnels.TunnelListParams, 'betas' | 'workspace_id'>;
    body: undefined;
    headers: {};
    result: PageCursorResponse<Tunnels.BetaTunnel>;
  };
  /** POST /v1/tunnels/{tunnel_id}/archive */
  'tunnels.archive': {
    path: { tunnel_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Tunnels.BetaTunnel;
  };
  /** POST /v1/tunnels/{tunnel_id}/reveal_token */
  'tunnels.revealToken': {
    path: { tunnel_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: Tunnels.BetaTunnelToken;
  };
  /** POST /v1/tunnels/{tunnel_id}/rotate_token */
  'tunnels.rotateToken': {
    path: { tunnel_id: string };
    query: {};
    body: Omit<Tunnels.TunnelRotateTokenParams, 'betas' | 'workspace_id'>;
    headers: {};
    result: Tunnels.BetaTunnelToken;
  };
  /** POST /v1/organizations/webhooks */
  'organization.webhooks.create': {
    path: {};
    query: {};
    body: Omit<OrganizationWebhooks.WebhookCreateParams, 'betas'>;
    headers: {};
    result: OrganizationWebhooks.BetaNewOrganizationWebhookEndpoint;
  };
  /** GET /v1/organizations/webhooks/{webhook_endpoint_id} */
  'organization.webhooks.retrieve': {
    path: { webhook_endpoint_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: OrganizationWebhooks.BetaOrganizationWebhookEndpoint;
  };
  /** POST /v1/organizations/webhooks/{webhook_endpoint_id} */
  'organization.webhooks.update': {
    path: { webhook_endpoint_id: string };
    query: {};
    body: Omit<OrganizationWebhooks.WebhookUpdateParams, 'betas'>;
    headers: {};
    result: OrganizationWebhooks.BetaOrganizationWebhookEndpoint;
  };
  /** GET /v1/organizations/webhooks */
  'organization.webhooks.list': {
    path: {};
    query: Omit<OrganizationWebhooks.WebhookListParams, 'betas'>;
    body: undefined;
    headers: {};
    result: PageResponse<OrganizationWebhooks.BetaOrganizationWebhookEndpoint>;
  };
  /** DELETE /v1/organizations/webhooks/{webhook_endpoint_id} */
  'organization.webhooks.delete': {
    path: { webhook_endpoint_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: OrganizationWebhooks.BetaDeletedOrganizationWebhookEndpoint;
  };
  /** POST /v1/organizations/webhooks/{webhook_endpoint_id}/regenerate_signing_secret */
  'organization.webhooks.regenerateSigningSecret': {
    path: { webhook_endpoint_id: string };
    query: {};
    body: undefined;
    headers: {};
    result: OrganizationWebhooks.BetaOrganizationWebhookEndpointSigningSecret;
  };
}
