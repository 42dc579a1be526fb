/**
 * Writes down which operations the end-to-end tests call through the official client and get a good answer to, for
 * `npm run conformance`. It looks at the client's own requests, so a test has nothing to do for it, and a request that a test
 * makes by hand does not count.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { matchRoute } from '../../runtime/contract/routes';

const RECORDINGS = join(__dirname, '..', '..', 'coverage', 'conformance');
const END_TO_END = `${sep}test${sep}api${sep}`;

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
      if (response.ok && match) operations.add(match.operation);
      return response;
    };
  });

  afterAll(() => {
    mkdirSync(RECORDINGS, { recursive: true });
    writeFileSync(join(RECORDINGS, `${test}.json`), JSON.stringify([...operations].toSorted(), null, 2));
  });
}
