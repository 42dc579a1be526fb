/**
 * Writes down which operations the end-to-end tests call through the official client and get the operation's own answer to, for
 * `npm run conformance`. It looks at the client's own requests, so a test has nothing to do for it, and a request that a test
 * makes by hand does not count.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { matchRoute } from '../../runtime/contract/routes';

const RECORDINGS = join(__dirname, '..', '..', 'coverage', 'conformance');
const END_TO_END = `${sep}test${sep}api${sep}`;

/** A refusal can be all that there is to test: the primary thread cannot be archived. */
const REFUSED_BY_RULE = [400, 409, 412];

const testPath = expect.getState().testPath ?? '';
if (testPath.includes(END_TO_END)) record(basename(testPath, '.ts'));

function record(test: string): void {
  const operations = new Set<string>();

  beforeAll(async () => {
    const { Anthropic } = await import('@anthropic-ai/sdk');
    const { fetchWithTimeout } = Anthropic.prototype;
    Anthropic.prototype.fetchWithTimeout = async function recorded(url, init, ...rest) {
      const response = await fetchWithTimeout.call(this, url, init, ...rest);
      const { pathname } = new URL(url instanceof Request ? url.url : url);
      const match = matchRoute((init?.method ?? 'GET').toUpperCase(), pathname);
      if ((response.ok || REFUSED_BY_RULE.includes(response.status)) && match) operations.add(match.operation);
      return response;
    };
  });

  afterAll(() => {
    mkdirSync(RECORDINGS, { recursive: true });
    writeFileSync(join(RECORDINGS, `${test}.json`), JSON.stringify([...operations].toSorted(), null, 2));
  });
}
