import { createHash } from 'node:crypto';
import { toTimestamp, type Clock } from '../contract/time';
import type { Store } from '../store/ports';
import type { CredentialRef } from '../store/vault-ports';
import type { PrivateHosts } from './addresses';
import type { CredentialEntry } from './entry';
import { createKeeper } from './keeper';
import { createOutbound, refusalOf } from './outbound';
import type { AuditLine, AuditLog, Broker, SecretStore, SessionRef, VaultKeeper } from './ports';
import { Refresher } from './refresher';
import type { Secret } from './secret';
import { isOutOfReach, mayGoTo, SessionBindings, type Bound } from './session-bindings';
import { validateEntry } from './validation';
import { VaultDocuments } from './vault-documents';

export interface BrokerDeps {
  readonly store: Pick<Store, 'vaultHeads' | 'refreshLeases' | 'credentials' | 'sessions'>;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Hosts that secrets may be sent to although they are private, or speak `http`. @default none */
  readonly privateHosts?: PrivateHosts;
}

/** Both halves of the boundary: the one part of the service that reads the values of secrets. */
export function createBroker(deps: BrokerDeps): Broker & VaultKeeper {
  const { store, clock, privateHosts = [] } = deps;
  const documents = new VaultDocuments({ heads: store.vaultHeads, secrets: deps.secrets, clock });
  const bindings = new SessionBindings(store.sessions, documents);
  const outbound = createOutbound(privateHosts);
  const note = (ref: CredentialRef, line: Omit<AuditLine, 'at' | keyof CredentialRef>): void =>
    deps.audit({ at: clock.now(), ...ref, ...line });
  const refresher = new Refresher({
    documents,
    leases: store.refreshLeases,
    outbound,
    clock,
    audit: (ref, host, outcome) => note(ref, { sessionId: null, host, purpose: 'refresh', outcome }),
    onRenewed: (ref, expiresAt) => showExpiry(store, ref, expiresAt === null ? null : toTimestamp(expiresAt)),
  });

  return {
    ...createKeeper(documents, store.refreshLeases, clock),

    async validate(ref) {
      const entry = (await documents.open(ref))?.entries.get(ref.credentialId);
      if (entry?.type !== 'mcp_oauth') return undefined;
      note(ref, { sessionId: null, host: new URL(entry.serverUrl).hostname, purpose: 'validate', outcome: 'granted' });
      return validateEntry({ outbound, refresher }, ref, entry);
    },

    async bearerFor(session, serverUrl, refused) {
      const url = URL.canParse(serverUrl) ? new URL(serverUrl) : undefined;
      if (!url || refusalOf(url, privateHosts) !== undefined) return undefined;
      let found = await bindings.forServer(session, serverUrl);
      if (found?.entry.type === 'mcp_oauth') {
        const { serial } = found.entry;
        await refresher.refresh(found.ref, refused === found.version ? { unless: serial } : {});
        // What was archived while it was refreshed is not given out.
        found = await bindings.forServer(session, serverUrl);
      }
      const token = found && tokenOf(found.entry);
      if (!found || !token) return undefined;
      note(found.ref, { sessionId: session.sessionId, host: url.hostname, purpose: 'mcp', outcome: 'granted' });
      return { ...credentialOf(found), token, version: found.version };
    },

    async placeholdersOf(session) {
      const found = await bindings.variables(session);
      return (found?.variables ?? []).map((bound) => ({
        ...credentialOf(bound),
        name: bound.entry.name,
        placeholder: placeholderOf(session, bound.ref),
      }));
    },

    async substitutionsFor(session, host) {
      const found = await bindings.variables(session);
      const usable = (found?.variables ?? []).filter(({ entry }) => found && mayGoTo(entry, found.session, host));
      for (const { ref } of usable) {
        note(ref, { sessionId: session.sessionId, host, purpose: 'egress', outcome: 'granted' });
      }
      return usable.map((bound) => ({
        ...credentialOf(bound),
        placeholder: placeholderOf(session, bound.ref),
        value: bound.entry.value,
        inHeaders: bound.entry.injection.header,
        inBody: bound.entry.injection.body,
      }));
    },

    async repositoriesFor(session, host) {
      const found = await bindings.repositories(session, host);
      for (const { ref } of found) {
        note(ref, { sessionId: session.sessionId, host, purpose: 'egress', outcome: 'granted' });
      }
      return found.map((bound) => ({ ...credentialOf(bound), path: bound.entry.path, token: bound.entry.token }));
    },

    async unreachableOf(session) {
      const found = await bindings.variables(session);
      return (found?.variables ?? [])
        .filter(({ entry }) => found && isOutOfReach(entry, found.session))
        .map((bound) => credentialOf(bound));
    },
  };
}

const credentialOf = ({ ref: { vaultId, credentialId } }: Bound) => ({ vaultId, credentialId });

function tokenOf(entry: CredentialEntry): Secret | undefined {
  if (entry.type === 'static_bearer') return entry.token;
  return entry.type === 'mcp_oauth' ? entry.accessToken : undefined;
}

/**
 * Not a secret: it is good for nothing but to be exchanged, at the gateway, for a session that the gateway knows. Derived, so that
 * nobody has to remember it.
 */
function placeholderOf({ workspace, sessionId }: SessionRef, { vaultId, credentialId }: CredentialRef): string {
  const digest = createHash('sha256').update(JSON.stringify([workspace, sessionId, vaultId, credentialId]));
  return `placeholder_${digest.digest('hex').slice(0, 40)}`;
}

/** What clients see of the expiry follows the tokens. Best effort: the tokens do not depend on it. */
async function showExpiry(
  store: Pick<Store, 'credentials'>,
  { workspace, vaultId, credentialId }: CredentialRef,
  expiresAt: string | null,
): Promise<void> {
  const credentials = store.credentials(vaultId);
  const row = await credentials.get(workspace, credentialId).catch(() => undefined);
  if (row?.value.auth.type !== 'mcp_oauth') return;
  const auth = { ...row.value.auth, expires_at: expiresAt };
  await credentials.replace(workspace, credentialId, { ...row.value, auth }, row.revision).catch(() => false);
}
