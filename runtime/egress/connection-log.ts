import { toTimestamp, type Clock, type Micros } from '../contract/time';
import type { Destination } from './destination';
import type { EgressSession } from './session';

/**
 * What became of a connection. `tunnelled`: passed on unread. `terminated`: its TLS ended at the gateway, or it was plain `http`.
 * `refused`: not let through. `failed`: the destination could not be reached, or the broker could not be asked.
 */
export type Verdict = 'tunnelled' | 'terminated' | 'refused' | 'failed';

/** One connection through the gateway, when it is over. Never a value, a path or a header. */
export interface ConnectionLine {
  readonly at: Micros;
  readonly workspace: string;
  readonly sessionId: string;
  readonly host: string;
  readonly port: number;
  readonly verdict: Verdict;
  /** Why it was not let through; null where it was. */
  readonly reason: string | null;
  /** The credentials whose values may have gone there. */
  readonly credentialIds: readonly string[];
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** Writes connection lines. It must not throw. */
export type ConnectionLog = (line: ConnectionLine) => void;

/**
 * Connection lines as JSON, one a line.
 *
 * @param out what takes a line, its end included.
 */
export function connectionLines(out: (line: string) => void): ConnectionLog {
  return ({ at, workspace, sessionId, host, port, verdict, reason, credentialIds, bytesOut, bytesIn }) =>
    out(
      `${JSON.stringify({
        audit: 'egress',
        at: toTimestamp(at),
        workspace_id: workspace,
        session_id: sessionId,
        host,
        port,
        verdict,
        reason,
        credential_ids: credentialIds,
        bytes_out: bytesOut,
        bytes_in: bytesIn,
      })}\n`,
    );
}

/** Notes what becomes of one connection, and writes its line once. */
export class ConnectionReport {
  private verdict: Verdict = 'failed';
  private reason: string | null = null;
  private readonly credentialIds = new Set<string>();
  private written = false;

  constructor(
    private readonly session: EgressSession,
    private readonly destination: Destination,
    private readonly clock: Clock,
    private readonly log: ConnectionLog,
  ) {}

  became(verdict: Verdict, reason: string | null = null): void {
    this.verdict = verdict;
    this.reason = reason;
  }

  used(credentialIds: readonly string[]): void {
    for (const id of credentialIds) this.credentialIds.add(id);
  }

  end(bytesOut: number, bytesIn: number): void {
    if (this.written) return;
    this.written = true;
    const { workspace, sessionId } = this.session;
    const { verdict, reason } = this;
    this.log({
      at: this.clock.now(),
      workspace,
      sessionId,
      ...this.destination,
      verdict,
      reason,
      credentialIds: [...this.credentialIds],
      bytesOut,
      bytesIn,
    });
  }
}
