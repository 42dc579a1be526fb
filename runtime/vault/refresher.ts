import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import type { CredentialRef, RefreshLeases, RefreshState } from '../store/vault-ports';
import type { OAuthEntry, RefreshGrant } from './entry';
import type { AuditLine } from './ports';
import type { Outbound, OutboundResponse } from './outbound';
import { exchangeTokens, renewed } from './token-endpoint';
import type { OpenVault, VaultChange, VaultDocuments } from './vault-documents';

/**
 * How asking for fresh tokens ended; `entry` is as it is afterwards.
 *
 * - `fresh`: the tokens are good for a while, or somebody else has just renewed them.
 * - `renewed`: they are new.
 * - `rejected`: the endpoint gave none, now or not long ago (then there is no `response`).
 * - `unreachable`: the endpoint could not be asked.
 * - `lost`: the refresh token may have been used and what it was exchanged for is not here, now or since somebody died.
 * - `no_refresh_token`: there is nothing to refresh with.
 * - `busy`: somebody else is at it, and the old token lasts, or he has been for too long to wait.
 */
export interface RefreshResult {
  readonly type: 'fresh' | 'renewed' | 'rejected' | 'unreachable' | 'lost' | 'no_refresh_token' | 'busy';
  readonly entry: OAuthEntry;
  readonly response?: OutboundResponse;
}

export interface RefresherDeps {
  readonly documents: VaultDocuments;
  readonly leases: RefreshLeases;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Told of every exchange. */
  readonly audit: (ref: CredentialRef, host: string, outcome: AuditLine['outcome']) => void;
  /** Told of new tokens' expiry, for what clients are shown. */
  readonly onRenewed: (ref: CredentialRef, expiresAt: Micros | null) => Promise<void>;
}

/** Longer than an exchange with its writes; a process that lived and is this slow does no harm, it only has a rival. */
const LEASE: Micros = 30 * MICROS_PER_SECOND;
/** After an endpoint said that it is out of order. */
const BACK_OFF: Micros = 30 * MICROS_PER_SECOND;
const POLL_MS = 200;
const WAIT_FOR_OTHERS: Micros = 10 * MICROS_PER_SECOND;
/** New tokens exist nowhere but here until they are written: about 10 s of tries. */
const WRITE_TRIES = 7;
const WRITE_WAIT_MS = 80;

/**
 * Renews tokens: each refresh token is used by one process, once, and what comes back is written before anybody uses it.
 *
 *     1 take the lease          one process at a time
 *     2 read the entry          renewed by somebody else meanwhile? then done
 *     3 note its serial as sent a conditional write, the lease is still ours; with the version that 5 will write
 *     4 ask the endpoint        once, without retries
 *     5 write the new tokens    if the entry still has that serial; a client's own change wins
 *     6 release, outcome known
 *
 * A process that dies before 3 has used nothing, and the next one begins again when the lease lapses. One that dies after 5
 * leaves a serial that is not current any more, which says nothing. One that dies within 5 has written the version, perhaps, and
 * not pointed the head at it: the next one finds it and does. One that dies between leaves the current serial noted as sent and
 * nothing to find: the token may be used up, and using it again may make its server revoke all that was granted. So nobody does; the old
 * access token is given as long as it lasts, and then the server's refusal tells the user to authorize again. There are
 * two exceptions: an endpoint that was seen to leave refresh tokens as they are, where a second use is like the first; and the
 * owner's own word (`force`).
 *
 * A process that sleeps through its lease cannot do harm: before 3 the condition stops it, after 3 its successor does not use
 * the token.
 */
export class Refresher {
  readonly #underWay = new Map<string, Promise<RefreshResult | undefined>>();

  constructor(private readonly deps: RefresherDeps) {}

  /**
   * @param options.unless the serial whose tokens are known to be bad: tokens of that serial are renewed however fresh they look.
   * @param options.force also after a refusal, or where the last outcome is not known.
   * @returns undefined when the credential is gone, or is of another type.
   */
  refresh(
    ref: CredentialRef,
    options: { readonly unless?: number; readonly force?: boolean } = {},
  ): Promise<RefreshResult | undefined> {
    const name = `${ref.workspace}/${ref.vaultId}/${ref.credentialId}/${options.unless}/${options.force}`;
    const known = this.#underWay.get(name);
    if (known) return known;
    const started = this.#refresh(ref, options).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, started);
    return started;
  }

  async #refresh(
    ref: CredentialRef,
    { unless, force = false }: { readonly unless?: number; readonly force?: boolean },
  ): Promise<RefreshResult | undefined> {
    const { clock, leases } = this.deps;
    const isGood = (entry: OAuthEntry): boolean => entry.serial !== unless && isFresh(entry, clock.now());
    for (const giveUpAt = clock.now() + WAIT_FOR_OTHERS; ; await pause(POLL_MS)) {
      const entry = await this.#entry(ref);
      if (!entry) return undefined;
      if (isGood(entry)) return { type: 'fresh', entry };
      if (!entry.refresh) return { type: 'no_refresh_token', entry };
      const standing = await leases.get(ref);
      const known = force ? undefined : knownOutcome(entry, standing, clock.now());
      if (known) return { type: known, entry };
      const owner = randomUUID();
      const now = clock.now();
      const lease = await leases.acquire(ref, owner, now, now + LEASE);
      if (lease) return this.#renew(ref, owner, { isGood, force });
      const lasts = entry.serial !== unless && (entry.expiresAt === null || entry.expiresAt > now);
      if (lasts || clock.now() > giveUpAt) return { type: 'busy', entry };
    }
  }

  /** Steps 2 to 6, by who has the lease. */
  async #renew(
    ref: CredentialRef,
    owner: string,
    { isGood, force }: { isGood: (entry: OAuthEntry) => boolean; force: boolean },
  ): Promise<RefreshResult | undefined> {
    const { leases, clock } = this.deps;
    const letGo = async (result: RefreshResult | undefined) => {
      await leases.release(ref, owner, { answered: false });
      return result;
    };
    const entry = await this.#entry(ref);
    if (!entry) return letGo(undefined);
    if (isGood(entry)) return letGo({ type: 'fresh', entry });
    const { refresh } = entry;
    if (!refresh) return letGo({ type: 'no_refresh_token', entry });
    const standing = free(await leases.get(ref));
    const found = standing.sent === entry.serial ? await this.#found(ref, standing) : undefined;
    if (found) {
      const current = await this.#write(ref, entry, () => found);
      await leases.release(ref, owner, { answered: true });
      return { type: 'renewed', entry: current };
    }
    const { sentVersion: _notThere, ...looked } = standing;
    const known = force ? undefined : knownOutcome(entry, looked, clock.now());
    if (known) return letGo({ type: known, entry });
    const version = randomUUID();
    if (!(await leases.noteSent(ref, owner, entry.serial, version))) return { type: 'busy', entry };
    return this.#exchange(ref, owner, { entry, refresh, version });
  }

  /** What somebody got and wrote, who died before he could point the head at it. */
  async #found(ref: CredentialRef, { sent, sentVersion }: RefreshState): Promise<OAuthEntry | undefined> {
    if (sent === undefined || sentVersion === undefined) return undefined;
    const entry = (await this.deps.documents.written(ref, sentVersion))?.get(ref.credentialId);
    return entry?.type === 'mcp_oauth' && entry.serial === sent + 1 ? entry : undefined;
  }

  async #exchange(
    ref: CredentialRef,
    owner: string,
    { entry, refresh, version }: { entry: OAuthEntry; refresh: RefreshGrant; version: string },
  ): Promise<RefreshResult> {
    const { leases, outbound, clock } = this.deps;
    const outcome = await exchangeTokens(outbound, refresh, clock.now());
    const audit = (result: AuditLine['outcome']) =>
      this.deps.audit(ref, new URL(refresh.tokenEndpoint).hostname, result);
    switch (outcome.type) {
      case 'renewed': {
        const { tokens } = outcome;
        const current = await this.#write(ref, entry, (latest) => renewed(latest, tokens), version);
        await leases.release(ref, owner, { answered: true });
        audit('refreshed');
        await this.deps.onRenewed(ref, current.expiresAt);
        return { type: 'renewed', entry: current };
      }
      case 'rejected': {
        const refused = { serial: entry.serial, at: clock.now(), final: outcome.final };
        await leases.release(ref, owner, { answered: true, refused });
        audit('refused');
        return { type: 'rejected', entry, response: outcome.response };
      }
      case 'unreachable':
        await leases.release(ref, owner, {
          answered: true,
          refused: { serial: entry.serial, at: clock.now(), final: false },
        });
        audit('unreachable');
        return { type: 'unreachable', entry };
      case 'lost':
        await leases.release(ref, owner, { answered: false });
        audit('interrupted');
        return { type: 'lost', entry, ...(outcome.response ? { response: outcome.response } : {}) };
    }
  }

  /** Step 5. Tries for as long as it can: after this, the tokens are nowhere else. */
  async #write(
    ref: CredentialRef,
    used: OAuthEntry,
    renew: (entry: OAuthEntry) => OAuthEntry,
    version?: string,
  ): Promise<OAuthEntry> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#writeOnce(ref, used, renew, version);
      } catch (error) {
        if (attempt === WRITE_TRIES) throw error;
        await pause(WRITE_WAIT_MS * 2 ** attempt);
      }
    }
  }

  async #writeOnce(
    ref: CredentialRef,
    used: OAuthEntry,
    renew: (entry: OAuthEntry) => OAuthEntry,
    version?: string,
  ): Promise<OAuthEntry> {
    let current = renew(used);
    const decide = ({ head, entries }: OpenVault): VaultChange | undefined => {
      const entry = entries.get(ref.credentialId);
      if (entry?.type !== 'mcp_oauth') return undefined;
      // Somebody else's tokens win; what else has changed meanwhile stays.
      current = entry.serial === used.serial ? renew(entry) : entry;
      if (current === entry) return undefined;
      return { active: head.active, entries: new Map([...entries, [ref.credentialId, current]]), purges: false };
    };
    await this.deps.documents.change(ref, decide, version);
    return current;
  }

  async #entry(ref: CredentialRef): Promise<OAuthEntry | undefined> {
    const entry = (await this.deps.documents.open(ref))?.entries.get(ref.credentialId);
    return entry?.type === 'mcp_oauth' ? entry : undefined;
  }
}

const isFresh = ({ renewAt }: OAuthEntry, now: Micros): boolean => renewAt === null || renewAt > now;

/** What the row says of the tokens of this serial: that asking is of no use now, or would be a second time. */
function knownOutcome(entry: OAuthEntry, row: RefreshState | undefined, now: Micros): 'lost' | 'rejected' | undefined {
  const { owner, until = 0, sent, sentVersion, refused } = row ?? {};
  const underWay = owner !== undefined && until > now;
  if (underWay) return undefined;
  if (sent === entry.serial && sentVersion === undefined && entry.refresh?.rotates !== false) return 'lost';
  const stillRefused = refused?.serial === entry.serial && (refused.final || refused.at + BACK_OFF > now);
  return stillRefused ? 'rejected' : undefined;
}

/** The row as it is to who has the lease. */
const free = (row: RefreshState | undefined): RefreshState => {
  const { owner: _ours, until: _untilThen, ...rest } = row ?? {};
  return rest;
};
