import { toTimestamp } from '../contract/time';
import type { AuditLog } from './ports';

/**
 * Audit lines as JSON, one a line.
 *
 * @param out what takes a line, its end included.
 */
export function auditLines(out: (line: string) => void): AuditLog {
  return ({ at, workspace, sessionId, vaultId, credentialId, host, purpose, outcome }) =>
    out(
      `${JSON.stringify({
        audit: 'credential',
        at: toTimestamp(at),
        workspace_id: workspace,
        session_id: sessionId,
        vault_id: vaultId,
        credential_id: credentialId,
        host,
        purpose,
        outcome,
      })}\n`,
    );
}
