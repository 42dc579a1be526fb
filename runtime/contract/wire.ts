/**
 * The wire's types under the names this code uses. They are the SDK's own, so a new SDK that changes one shows as a type
 * error here and nowhere else.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { BetaManagedAgentsAgent } from '@anthropic-ai/sdk/resources/beta/agents/agents';
import type { BetaEnvironment } from '@anthropic-ai/sdk/resources/beta/environments/environments';
import type { BetaSelfHostedWork } from '@anthropic-ai/sdk/resources/beta/environments/work';
import type {
  BetaManagedAgentsEventParams,
  BetaManagedAgentsSessionEvent,
} from '@anthropic-ai/sdk/resources/beta/sessions/events';
import type {
  BetaManagedAgentsSession,
  BetaManagedAgentsSessionAgent,
} from '@anthropic-ai/sdk/resources/beta/sessions/sessions';
import type { BetaManagedAgentsSessionThread } from '@anthropic-ai/sdk/resources/beta/sessions/threads/threads';
import type {
  BetaManagedAgentsCredential,
  BetaManagedAgentsCredentialValidation,
} from '@anthropic-ai/sdk/resources/beta/vaults/credentials';
import type { BetaManagedAgentsVault } from '@anthropic-ai/sdk/resources/beta/vaults/vaults';

export type { Anthropic };
export type Agent = BetaManagedAgentsAgent;
export type Environment = BetaEnvironment;
export type Work = BetaSelfHostedWork;
export type Session = BetaManagedAgentsSession;
export type SessionAgent = BetaManagedAgentsSessionAgent;
export type Thread = BetaManagedAgentsSessionThread;
export type Vault = BetaManagedAgentsVault;
/** A credential as everybody may see it: without its secrets. */
export type Credential = BetaManagedAgentsCredential;
export type CredentialValidation = BetaManagedAgentsCredentialValidation;
export type EventParams = BetaManagedAgentsEventParams;

/** Any event of a session's history. */
export type SessionEvent = BetaManagedAgentsSessionEvent;
export type EventType = SessionEvent['type'];
/** The event of one type: `EventOf<'agent.tool_use'>`. */
export type EventOf<T extends EventType> = Extract<SessionEvent, { type: T }>;

/** What a client may send (reference 6.2). */
export const CLIENT_EVENT_TYPES = [
  'user.message',
  'user.interrupt',
  'user.tool_confirmation',
  'user.custom_tool_result',
  'user.tool_result',
  'user.define_outcome',
  'system.message',
] as const;
export type ClientEventType = (typeof CLIENT_EVENT_TYPES)[number];
export type ClientEvent = EventOf<ClientEventType>;

export type StopReason = EventOf<'session.status_idle'>['stop_reason'];
export type StopDetails = EventOf<'session.status_idle'>['stop_details'];
export type SessionStatus = Session['status'];
export type SessionError = EventOf<'session.error'>['error'];
export type ToolResultContent = NonNullable<EventOf<'agent.tool_result'>['content']>;
