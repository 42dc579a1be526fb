import type { Clock } from '../contract/time';
import type { CredentialRef, RefreshLeases, VaultRef } from '../store/vault-ports';
import { changed, keyOf, replacesValue, type CredentialEntry } from './entry';
import type { KeepOutcome, VaultKeeper } from './ports';
import type { Entries } from './document';
import type { OpenVault, VaultDocuments } from './vault-documents';

/** Living credentials of a vault (reference 8). */
const MAX_CREDENTIALS = 20;

/** The writing half of the boundary: what the API asks for. */
export function createKeeper(
  documents: VaultDocuments,
  leases: Pick<RefreshLeases, 'delete'>,
  clock: Clock,
): Omit<VaultKeeper, 'validate'> {
  return {
    async keep(ref, entry) {
      let outcome: KeepOutcome = 'closed';
      const key = keyOf(entry);
      await documents.change(ref, (vault) => {
        outcome = outcomeOf(vault, ref.credentialId, key);
        if (outcome !== 'kept') return undefined;
        return {
          active: { ...vault.head.active, [ref.credentialId]: key },
          entries: withEntry(vault.entries, ref, entry),
          purges: false,
        };
      });
      return outcome;
    },

    async change(ref, change) {
      let found = false;
      await documents.change(ref, ({ head, entries }) => {
        const entry = entries.get(ref.credentialId);
        found = entry?.type === change.type;
        if (!entry || !found) return undefined;
        return {
          active: head.active,
          entries: withEntry(entries, ref, changed(entry, change, clock.now())),
          purges: replacesValue(change),
        };
      });
      return found;
    },

    async forget(ref) {
      await documents.change(ref, ({ head, entries }) => {
        if (!(ref.credentialId in head.active) && !entries.has(ref.credentialId)) return undefined;
        const { [ref.credentialId]: _freed, ...active } = head.active;
        const left = new Map([...entries].filter(([id]) => id !== ref.credentialId));
        return { active, entries: left, purges: true };
      });
      await leases.delete(ref);
      await documents.tidy(ref);
    },

    tidy: ({ workspace, vaultId }) => documents.tidy({ workspace, vaultId }),

    async close(ref: VaultRef) {
      await documents.change(ref, ({ head }) =>
        head.closed && head.place === null ? undefined : { active: {}, entries: new Map(), purges: true, closed: true },
      );
      await documents.tidy(ref);
    },
  };
}

function outcomeOf({ head }: OpenVault, credentialId: string, key: string): KeepOutcome {
  if (head.closed) return 'closed';
  const others = Object.entries(head.active).filter(([id]) => id !== credentialId);
  if (others.some(([, taken]) => taken === key)) return 'key_taken';
  return others.length >= MAX_CREDENTIALS ? 'full' : 'kept';
}

function withEntry(entries: Entries, { credentialId }: CredentialRef, entry: CredentialEntry): Entries {
  return new Map([...entries, [credentialId, entry]]);
}
