import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import type { Broker, SessionRef, Substitution } from '../vault/ports';

export interface GrantsDeps {
  readonly broker: Pick<Broker, 'substitutionsFor'>;
  readonly clock: Clock;
}

/** How long an answer of the broker counts: what was taken away is given up after that. */
const FRESH_FOR: Micros = 3 * MICROS_PER_SECOND;
const REMEMBERED = 1_000;

interface Answer {
  readonly substitutions: Promise<readonly Substitution[]>;
  readonly until: Micros;
}

/** What the broker allows a session for a host, asked again after a few seconds. */
export class Grants {
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly deps: GrantsDeps) {}

  /** @throws Error when the broker cannot be asked. */
  async for({ workspace, sessionId }: SessionRef, host: string): Promise<readonly Substitution[]> {
    const { broker, clock } = this.deps;
    const name = JSON.stringify([workspace, sessionId, host]);
    const now = clock.now();
    for (const [other, { until }] of this.answers) {
      if (until > now && this.answers.size <= REMEMBERED) break;
      this.answers.delete(other);
    }
    const known = this.answers.get(name);
    if (known) return known.substitutions;
    const substitutions = broker.substitutionsFor({ workspace, sessionId }, host);
    this.answers.set(name, { substitutions, until: now + FRESH_FOR });
    substitutions.catch(() => this.answers.delete(name));
    return substitutions;
  }
}
