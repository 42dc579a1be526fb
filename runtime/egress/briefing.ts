import type { Broker, SessionRef } from '../vault/ports';

/** Where the gateway's own word to a sandbox is to be had: a path, where everything else that is asked of it is a URL. */
export const BRIEFING_PATH = '/session';

/** What a sandbox has to know to use the gateway. Nothing in it is secret, and it is for this session alone. */
export interface Briefing {
  /** PEM: the authority that vouches for the hosts whose TLS ends at the gateway. */
  readonly certificate: string;
  /** What stands in the place of credentials, by the variable's name. */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** What a session's sandbox is told. */
export async function brief(
  broker: Pick<Broker, 'placeholdersOf'>,
  certificate: string,
  { workspace, sessionId }: SessionRef,
): Promise<Briefing> {
  const placeholders = await broker.placeholdersOf({ workspace, sessionId });
  return {
    certificate,
    placeholders: Object.fromEntries(placeholders.map(({ name, placeholder }) => [name, placeholder])),
  };
}
