import { createHash, randomBytes } from 'node:crypto';
import { invalid, notFound } from '../contract/errors';
import type { IdSource } from '../contract/ids';
import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import type { KeyRecord, Principal, Store } from '../store/ports';

/** What begins a secret: the kinds look as they do in the hosted service, since clients tell them apart so (reference 1.1). */
export const SECRET_PREFIXES: Readonly<Record<Principal['kind'], string>> = {
  api_key: 'sk-ant-api03-',
  environment_key: 'sk-ant-oat01-',
  session_token: 'sk-ant-req-',
  work_claim: 'sk-ant-clm-',
};

/** 384 bits: a guess is hopeless, so a plain hash needs no salt. */
const SECRET_BYTES = 48;
const HINT_LENGTH = 4;
/** How long an environment key works: a year, as the hosted service's (reference 2). */
const ENVIRONMENT_KEY_LIFE: Micros = 31_536_000 * MICROS_PER_SECOND;
const WORKSPACE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const NAME_MAX = 256;

/** A new secret of a kind. It is shown once and never stored. */
export function makeSecret(kind: Principal['kind']): string {
  return SECRET_PREFIXES[kind] + randomBytes(SECRET_BYTES).toString('base64url');
}

/** Not a key: it stands for nobody, and opens one door for a sandbox that waits for work (`resources/warm-assignment.ts`). */
const WARM_TICKET = /^sk-ant-wrm-[\w-]{64}$/;

/** A new ticket for a sandbox of the warm pool. */
export const makeWarmTicket = (): string => `sk-ant-wrm-${randomBytes(SECRET_BYTES).toString('base64url')}`;

/** Whether a text looks like one. What does not is not worth a look into the store. */
export const isWarmTicket = (text: string): boolean => WARM_TICKET.test(text);

/** What is stored of a secret, and looked up when it is presented: its SHA-256 in hex. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whom a key stands for that lasts until it is revoked; the credentials of a work item come and go with its worker. */
type LastingPrincipal = Extract<Principal, { keyId: string }>;

/** A key just made, with the secret that nobody can read again. */
export interface NewKey {
  readonly secret: string;
  readonly record: KeyRecord;
}

export interface KeyDeps {
  readonly store: Pick<Store, 'keys' | 'environments'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Makes, lists and revokes the keys of people and of environments. The public API has no routes for it (reference 2). */
export class Keys {
  constructor(private readonly deps: KeyDeps) {}

  /**
   * Makes an API key for a workspace, which needs no act of creation of its own.
   *
   * @throws ApiError 400 when the workspace's name or the key's is not allowed.
   */
  async createApiKey(workspace: string, name: string | null = null): Promise<NewKey> {
    checkWorkspace(workspace);
    const keyId = this.deps.ids.make('apiKey');
    return this.put({ kind: 'api_key', workspace, keyId }, name, null);
  }

  /**
   * Makes a key with which a worker serves one environment.
   *
   * @throws ApiError 404 when the workspace has no such environment; 400 when a name is not allowed.
   */
  async createEnvironmentKey(workspace: string, environmentId: string, name: string | null = null): Promise<NewKey> {
    checkWorkspace(workspace);
    const environment = await this.deps.store.environments.get(workspace, environmentId);
    if (!environment) throw notFound(`Environment ${environmentId} not found in workspace ${workspace}.`);
    const keyId = this.deps.ids.make('environmentKey');
    const expiresAt = this.deps.clock.now() + ENVIRONMENT_KEY_LIFE;
    return this.put({ kind: 'environment_key', workspace, environmentId, keyId }, name, expiresAt);
  }

  /** Keys of a kind, newest first; of every workspace, unless one is named. */
  list(kind: 'api_key' | 'environment_key', workspace?: string): Promise<KeyRecord[]> {
    return this.deps.store.keys.list(kind, workspace);
  }

  /** @throws ApiError 404 when there is no such key. Revoking twice is no error. */
  async revoke(keyId: string): Promise<void> {
    const found = await this.deps.store.keys.revoke(keyId, this.deps.clock.now());
    if (!found) throw notFound(`Key ${keyId} not found.`);
  }

  private async put(principal: LastingPrincipal, name: string | null, expiresAt: Micros | null): Promise<NewKey> {
    if (name !== null && (name === '' || name.length > NAME_MAX)) {
      throw invalid(`name: must have between 1 and ${NAME_MAX} characters`);
    }
    const secret = makeSecret(principal.kind);
    const record: KeyRecord = {
      id: principal.keyId,
      principal,
      name,
      hint: secret.slice(-HINT_LENGTH),
      createdAt: this.deps.clock.now(),
      expiresAt,
      revokedAt: null,
    };
    await this.deps.store.keys.put(hashOfSecret(secret), record);
    return { secret, record };
  }
}

function checkWorkspace(workspace: string): void {
  if (!WORKSPACE.test(workspace)) {
    throw invalid('workspace: use up to 64 letters, digits, "-" and "_", beginning with a letter or digit');
  }
}
