import { coversHost, coversPattern } from '../contract/hosts';
import { allowedHosts, isAllowed } from '../contract/network-policy';
import type { Store } from '../store/ports';
import type { SessionRecord } from '../store/records';
import type { CredentialRef } from '../store/vault-ports';
import { normalizedUrl, type CredentialEntry, type EnvironmentVariableEntry, type RepositoryEntry } from './entry';
import type { SessionRef } from './ports';
import type { OpenVault, VaultDocuments } from './vault-documents';

/** A living credential of a session, with where it was found. */
export interface Bound<E extends CredentialEntry = CredentialEntry> {
  readonly ref: CredentialRef;
  readonly entry: E;
  /** Another token has another version; it tells nothing of the token. */
  readonly version: string;
}

/** The variables of a session, and the session whose network policy they are under. */
export interface SessionVariables {
  readonly session: SessionRecord;
  readonly variables: readonly Bound<EnvironmentVariableEntry>[];
}

/** Which credentials a session has: what its record names, and what stands in those vaults now. */
export class SessionBindings {
  constructor(
    private readonly sessions: Pick<Store['sessions'], 'get'>,
    private readonly documents: VaultDocuments,
  ) {}

  /** The credential for an MCP server: of the first vault that has one for this URL (reference 8). */
  async forServer(ref: SessionRef, serverUrl: string): Promise<Bound | undefined> {
    const session = await this.sessions.get(ref.workspace, ref.sessionId);
    const wanted = normalizedUrl(serverUrl);
    const all = session ? await this.#all(session) : [];
    return all.find(({ entry }) => 'serverUrl' in entry && normalizedUrl(entry.serverUrl) === wanted);
  }

  /**
   * The variables of a session's sandbox; of those with one name, the first vault's. Undefined for a session that is gone, and for
   * a self-hosted sandbox, whose network is not ours to watch.
   */
  async variables(ref: SessionRef): Promise<SessionVariables | undefined> {
    const session = await this.sessions.get(ref.workspace, ref.sessionId);
    if (session?.environmentConfig.type !== 'cloud') return undefined;
    const variables = new Map<string, Bound<EnvironmentVariableEntry>>();
    for (const { entry, ...bound } of await this.#all(session)) {
      if (entry.type !== 'environment_variable' || variables.has(entry.name)) continue;
      variables.set(entry.name, { ...bound, entry });
    }
    return { session, variables: [...variables.values()] };
  }

  /** The repositories of a session on a host, whose tokens stand in a vault that is the session's own. */
  async repositories({ workspace, sessionId }: SessionRef, host: string): Promise<Bound<RepositoryEntry>[]> {
    const session = await this.sessions.get(workspace, sessionId);
    if (session?.environmentConfig.type !== 'cloud') return [];
    if (!isAllowed(allowedHosts(session.environmentConfig, session.agent.mcp_servers), host)) return [];
    const own = await this.documents.open({ workspace, vaultId: sessionId });
    return (own ? boundIn(own) : []).flatMap(({ entry, ...bound }) =>
      entry.type === 'repository' && entry.host.toLowerCase() === host.toLowerCase() ? [{ ...bound, entry }] : [],
    );
  }

  /** In the order of the vaults, which counts. */
  async #all({ workspace, vaultIds }: SessionRecord): Promise<Bound[]> {
    const vaults = await Promise.all(vaultIds.map((vaultId) => this.documents.open({ workspace, vaultId })));
    return vaults.flatMap((vault) => (vault ? boundIn(vault) : []));
  }
}

function boundIn({ head, entries }: OpenVault): Bound[] {
  const { workspace, vaultId } = head;
  return [...entries].map(([credentialId, entry]) => ({
    ref: { workspace, vaultId, credentialId },
    entry,
    version: entry.type === 'mcp_oauth' ? `${credentialId}.${entry.serial}` : `${credentialId}.${head.version}`,
  }));
}

/** Whether both the session's captured network policy and the credential's own let its value go to this host. */
export function mayGoTo({ networking }: EnvironmentVariableEntry, session: SessionRecord, host: string): boolean {
  if (!isAllowed(allowedHosts(session.environmentConfig, session.agent.mcp_servers), host)) return false;
  return networking.type === 'unrestricted' || networking.allowed_hosts.some((pattern) => coversHost(pattern, host));
}

/** Whether the credential names hosts that the session's network policy does not cover (reference 6). */
export function isOutOfReach({ networking }: EnvironmentVariableEntry, session: SessionRecord): boolean {
  const policy = allowedHosts(session.environmentConfig, session.agent.mcp_servers);
  if (!policy || networking.type === 'unrestricted') return false;
  return networking.allowed_hosts.some((host) => !policy.some((pattern) => coversPattern(pattern, host)));
}
