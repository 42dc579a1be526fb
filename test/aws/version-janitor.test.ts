import { LambdaClient } from '@aws-sdk/client-lambda';
import { removeUnusedVersions } from '../../runtime/aws/version-janitor';
import { startAwsServer, type AwsServer } from './aws-server';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-21T12:00:00Z');

let ages: Record<string, number>;
let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer(({ method, path }) => {
    if (method === 'DELETE') return { status: 204, body: '' };
    const versions = Object.entries(ages).map(([Version, age]) => ({
      Version,
      LastModified: new Date(NOW - age * DAY).toISOString().replace('Z', '+0000'),
    }));
    // Two pages, in no order that anybody promises.
    const second = path.includes('Marker=');
    const half = Math.ceil(versions.length / 2);
    return second
      ? { body: { Versions: versions.slice(half) } }
      : { body: { Versions: [{ Version: '$LATEST', LastModified: '' }, ...versions.slice(0, half)], NextMarker: 'm' } };
  });
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.calls.length = 0;
});

async function sweepVersions(needed: readonly string[] = []): Promise<string[]> {
  await removeUnusedVersions({
    client: new LambdaClient(aws.config),
    functionName: 'harness',
    sessions: { anyOnHarness: async (version) => needed.includes(version) },
    now: NOW,
  });
  return aws.calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path.split('Qualifier=')[1] ?? '');
}

describe('the janitor', () => {
  test('removes versions that no session is pinned to, and never one that some session needs', async () => {
    ages = { 1: 40, 2: 30, 3: 20, 4: 10, 5: 9, 6: 8 };
    expect((await sweepVersions(['2'])).toSorted()).toEqual(['1', '3']);
  });

  test('keeps the newest, to go back to', async () => {
    ages = { 1: 40, 2: 30, 3: 20 };
    expect(await sweepVersions()).toEqual([]);
  });

  test('keeps what was replaced within the last day, since its sessions may not be known yet', async () => {
    ages = { 7: 9, 8: 0.5, 9: 0.4, 10: 0.3, 11: 0.2 };
    expect(await sweepVersions()).toEqual([]);
    ages = { 7: 9, 8: 2, 9: 0.4, 10: 0.3, 11: 0.2 };
    aws.calls.length = 0;
    expect(await sweepVersions()).toEqual(['7']);
  });

  test('never names the function without a version', async () => {
    ages = { 1: 40, 2: 30, 3: 20, 4: 10 };
    await sweepVersions();
    const deletions = aws.calls.filter(({ method }) => method === 'DELETE');
    expect(deletions.map(({ path }) => path)).toEqual(['/2015-03-31/functions/harness?Qualifier=1']);
  });
});
