import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, Micros } from '../contract/time';
import { MICROS_PER_SECOND } from '../contract/time';
import type { VaultHead, VaultHeads, VaultRef } from '../store/vault-ports';
import { readEntries, writeEntries, type Entries } from './document';
import type { SecretStore } from './ports';

/** A vault as one piece: its head, and the entries that the head points at. */
export interface OpenVault {
  readonly head: VaultHead;
  readonly entries: Entries;
}

/** What a change makes of a vault. `purges`: a value leaves it that must not be found anywhere afterwards. */
export interface VaultChange {
  readonly active: VaultHead['active'];
  readonly entries: Entries;
  readonly purges: boolean;
  readonly closed?: true;
}

export interface VaultDocumentsDeps {
  readonly heads: VaultHeads;
  readonly secrets: SecretStore;
  readonly clock: Clock;
}

/** Each loser met a winner, and a vault has few writers. */
const ATTEMPTS = 40;
const WAIT_MS = 15;
/** How long a version's text is kept in memory. It never changes; the limit is only for how long this process holds it. */
const REMEMBERED_FOR: Micros = 60 * MICROS_PER_SECOND;
const REMEMBERED = 200;

const NO_ENTRIES: Entries = new Map();

/**
 * The secrets of vaults: immutable versions in the secret store, and a head in the database that says which one counts.
 *
 *     write the new version  ->  point the head at it, if nobody has moved it meanwhile  ->  drop the old version
 *
 * So a reader sees the old entries or the new ones, all of them, however many chunks the secret store made of them, and a
 * writer that dies leaves nothing that counts.
 *
 * A store like Secrets Manager cannot delete one version. What has to be gone therefore goes with its whole place: the
 * others are written to a new place, the head is pointed there, and the old place is deleted. The new place stands in the head as
 * doomed before anything is in it, so whoever changes the head next deletes it if its writer died.
 */
export class VaultDocuments {
  readonly #remembered = new Map<string, { readonly entries: Entries; readonly until: Micros }>();

  constructor(private readonly deps: VaultDocumentsDeps) {}

  /** The vault as it is now. Undefined when it was never made, or is deleted. */
  async open(ref: VaultRef): Promise<OpenVault | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const head = await this.deps.heads.get(ref);
      if (!head) return undefined;
      const entries = await this.#entriesOf(head);
      if (entries) return { head, entries };
      // The place was deleted after the head was read: the head has moved.
      await waitTurn(attempt);
    }
    throw new Error(`The secrets of vault ${ref.vaultId} are not where its head says`);
  }

  /**
   * Changes the vault. `decide` may run several times, each time with what is there; undefined leaves all as it is.
   *
   * @param version what the new version is to be called, at the first try: who knows it can look for it (`written`).
   * @returns the vault as `decide` saw it last; undefined when there is none.
   */
  async change(
    ref: VaultRef,
    decide: (vault: OpenVault) => VaultChange | undefined,
    version?: string,
  ): Promise<OpenVault | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const vault = await this.open(ref);
      const change = vault && decide(vault);
      if (!vault || !change) return vault;
      const name = attempt === 0 && version !== undefined ? version : randomUUID();
      if (await this.#write(vault.head, change, name)) return vault;
      await waitTurn(attempt);
    }
    throw new Error(`Others kept changing vault ${ref.vaultId}`);
  }

  /** What stands in a version that was written where the secrets are now, although the head may not point at it. */
  async written(ref: VaultRef, version: string): Promise<Entries | undefined> {
    const head = await this.deps.heads.get(ref);
    if (!head || head.place === null) return undefined;
    const { workspace, vaultId, place } = head;
    const text = await this.deps.secrets.get({ workspace, vaultId, place }, version);
    return text && readEntries(text);
  }

  /**
   * Deletes places that writers or deleters left behind when they died. Moves the head first: a writer that still lives and is
   * about to point at one of them finds it moved, and begins again elsewhere.
   */
  async tidy(ref: VaultRef): Promise<void> {
    const head = await this.deps.heads.get(ref);
    if (!head || head.doomed.length === 0) return;
    const moved = { ...head, revision: head.revision + 1 };
    if (await this.deps.heads.replace(moved)) await this.#deletePlaces(moved, moved.doomed);
  }

  async #entriesOf({ workspace, vaultId, place, version }: VaultHead): Promise<Entries | undefined> {
    if (place === null || version === null) return NO_ENTRIES;
    const now = this.deps.clock.now();
    for (const [name, { until }] of this.#remembered) if (until <= now) this.#remembered.delete(name);
    const name = `${workspace}/${vaultId}/${place}/${version}`;
    const known = this.#remembered.get(name);
    if (known) return known.entries;
    const text = await this.deps.secrets.get({ workspace, vaultId, place }, version);
    if (!text) return undefined;
    const entries = readEntries(text);
    this.#remembered.set(name, { entries, until: now + REMEMBERED_FOR });
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
    return entries;
  }

  async #write(head: VaultHead, change: VaultChange, version: string): Promise<boolean> {
    const { active, entries, purges, closed = head.closed } = change;
    if (entries.size === 0) return this.#point(head, { active, closed, place: null, version: null });
    if (head.place !== null && !purges) {
      return this.#writeVersion(head, { active, closed, place: head.place, version }, entries);
    }
    const place = randomUUID();
    const announced: VaultHead = { ...head, doomed: [...head.doomed, place], revision: head.revision + 1 };
    if (!(await this.deps.heads.replace(announced))) return false;
    return this.#writeVersion(announced, { active, closed, place, version }, entries);
  }

  async #writeVersion(
    head: VaultHead,
    to: Pick<VaultHead, 'active' | 'closed'> & { readonly place: string; readonly version: string },
    entries: Entries,
  ): Promise<boolean> {
    const { version } = to;
    const place = { workspace: head.workspace, vaultId: head.vaultId, place: to.place };
    const isThere = await this.deps.secrets.put(place, version, writeEntries(entries), to.place !== head.place);
    if (!isThere) return false;
    if (await this.#point(head, to)) return true;
    // Whoever moved the head away from a place deleted it, perhaps before this was in it. No head comes back to a place.
    const current = await this.deps.heads.get(head);
    const isUsed = current?.place === to.place;
    await (isUsed ? this.deps.secrets.drop(place, version) : this.deps.secrets.delete(place));
    return false;
  }

  /** Moves the head; what it pointed at before is dropped, or deleted with its place. */
  async #point(head: VaultHead, to: Pick<VaultHead, 'active' | 'closed' | 'place' | 'version'>): Promise<boolean> {
    const left = head.place !== null && head.place !== to.place ? [head.place] : [];
    const doomed = [...head.doomed.filter((place) => place !== to.place), ...left];
    const moved: VaultHead = { ...head, ...to, doomed, revision: head.revision + 1 };
    if (!(await this.deps.heads.replace(moved))) return false;
    if (head.place !== null && head.version !== null && head.place === to.place) {
      const { workspace, vaultId, place } = head;
      await this.deps.secrets.drop({ workspace, vaultId, place }, head.version);
    }
    await this.#deletePlaces(moved, moved.doomed);
    return true;
  }

  /** Deletes places, then takes them off the head, which may have moved: only what was deleted is taken off. */
  async #deletePlaces(head: VaultHead, places: readonly string[]): Promise<void> {
    if (places.length === 0) return;
    const { workspace, vaultId } = head;
    for (const place of places) {
      await this.deps.secrets.delete({ workspace, vaultId, place });
      for (const name of this.#remembered.keys()) {
        if (name.startsWith(`${workspace}/${vaultId}/${place}/`)) this.#remembered.delete(name);
      }
    }
    for (let attempt = 0, current: VaultHead | undefined = head; attempt < ATTEMPTS && current; attempt += 1) {
      const doomed = current.doomed.filter((place) => !places.includes(place));
      if (await this.deps.heads.replace({ ...current, doomed, revision: current.revision + 1 })) return;
      await waitTurn(attempt);
      current = await this.deps.heads.get(head);
    }
  }
}

/** Waits longer each time, and never as long as the rival. */
const waitTurn = (attempt: number): Promise<void> => pause(WAIT_MS * (attempt + 1) * (0.5 + Math.random()));
