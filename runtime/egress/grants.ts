import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import type { SentValue } from './injection';
import type { Broker, RepositoryGrant, SessionRef, Substitution } from '../vault/ports';

/** What a session's requests to one host may be given. */
export interface HostGrants {
  /** What goes in the place of placeholders. */
  readonly substitutions: readonly Substitution[];
  /** What git is given for repositories. */
  readonly repositories: readonly RepositoryGrant[];
}

export interface GrantsDeps {
  readonly broker: Pick<Broker, 'repositoriesFor' | 'substitutionsFor'>;
  readonly clock: Clock;
}

export const NO_GRANTS: HostGrants = { substitutions: [], repositories: [] };

/** Whether there is anything to give. */
export const isBound = ({ substitutions, repositories }: HostGrants): boolean =>
  substitutions.length + repositories.length > 0;

/** Every value that may go out by them. The token of a repository has no placeholder that anybody could send. */
export const sentBy = ({ substitutions, repositories }: HostGrants): SentValue[] => [
  ...substitutions,
  ...repositories.map(({ token }) => ({ value: token, placeholder: String(token) })),
];

/** The credentials that they are of. */
export const credentialsOf = ({ substitutions, repositories }: HostGrants): string[] =>
  [...substitutions, ...repositories].map(({ credentialId }) => credentialId);

/** How long an answer of the broker counts: what was taken away is given up after that. */
const FRESH_FOR: Micros = 3 * MICROS_PER_SECOND;
const REMEMBERED = 1_000;

interface Answer {
  readonly grants: Promise<HostGrants>;
  readonly until: Micros;
}

/** What the broker allows a session for a host, asked again after a few seconds. */
export class Grants {
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly deps: GrantsDeps) {}

  /** @throws Error when the broker cannot be asked. */
  async for({ workspace, sessionId }: SessionRef, host: string): Promise<HostGrants> {
    const name = JSON.stringify([workspace, sessionId, host]);
    const now = this.deps.clock.now();
    for (const [other, { until }] of this.answers) {
      if (until > now && this.answers.size <= REMEMBERED) break;
      this.answers.delete(other);
    }
    const known = this.answers.get(name);
    if (known) return known.grants;
    const grants = this.ask({ workspace, sessionId }, host);
    this.answers.set(name, { grants, until: now + FRESH_FOR });
    grants.catch(() => this.answers.delete(name));
    return grants;
  }

  private async ask(session: SessionRef, host: string): Promise<HostGrants> {
    const { broker } = this.deps;
    const [substitutions, repositories] = await Promise.all([
      broker.substitutionsFor(session, host),
      broker.repositoriesFor(session, host),
    ]);
    return { substitutions, repositories };
  }
}
