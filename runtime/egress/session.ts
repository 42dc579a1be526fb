import { allowedHosts } from '../contract/network-policy';
import type { SessionRecord } from '../store/records';
import type { SessionRef } from '../vault/ports';

/** A session as the gateway sees it: whose connections these are, and where they may go. */
export interface EgressSession extends SessionRef {
  /** Patterns of hosts; undefined where every host may be reached. */
  readonly allowedHosts: readonly string[] | undefined;
}

/** The session with the policy that it captured when it was created. */
export const egressSession = ({ workspace, id, environmentConfig, agent }: SessionRecord): EgressSession => ({
  workspace,
  sessionId: id,
  allowedHosts: allowedHosts(environmentConfig, agent.mcp_servers),
});
