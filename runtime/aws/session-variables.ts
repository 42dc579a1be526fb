import type { Store } from '../store/ports';
import type { SessionRecord } from '../store/records';

/** Whether a session has credentials that stand in its sandbox's environment, and so need the gateway on their way out. */
export async function hasVariables(
  { credentials }: Pick<Store, 'credentials'>,
  { workspace, vaultIds }: Pick<SessionRecord, 'workspace' | 'vaultIds'>,
): Promise<boolean> {
  for (const vaultId of vaultIds) {
    const { items } = await credentials(vaultId).list(
      workspace,
      { limit: 1, order: 'asc' },
      ({ auth, archived_at }) => auth.type === 'environment_variable' && archived_at === null,
    );
    if (items.length > 0) return true;
  }
  return false;
}
