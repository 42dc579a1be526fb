import type { RepositoryGrant } from '../vault/ports';
import type { Header } from './injection';

/** What git asks of a server over HTTP, and nothing else that the token could do there. */
const REQUESTS: ReadonlySet<string> = new Set([
  'GET /info/refs?service=git-upload-pack',
  'GET /info/refs?service=git-receive-pack',
  'POST /git-upload-pack',
  'POST /git-receive-pack',
]);
/** What the servers of code take as the user of a token. */
const USER = 'x-access-token';

/**
 * The repository that a request of git's is for. The path is compared as it stands: what would have to be decoded or resolved first is
 * no request of git's.
 */
export function repositoryOf(
  method: string,
  path: string,
  repositories: readonly RepositoryGrant[],
): RepositoryGrant | undefined {
  return repositories.find(({ path: own }) =>
    [own, `${own}.git`].some(
      (prefix) =>
        path.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase() &&
        REQUESTS.has(`${method} ${path.slice(prefix.length)}`),
    ),
  );
}

/** The headers with the repository's token, unless the request brings something of its own. */
export function withToken(headers: readonly Header[], repository: RepositoryGrant | undefined): Header[] {
  const hasOwn = headers.some(([name]) => name.toLowerCase() === 'authorization');
  if (!repository || hasOwn) return [...headers];
  const pair = Buffer.from(`${USER}:${repository.token.reveal()}`).toString('base64');
  return [...headers, ['authorization', `Basic ${pair}`]];
}
