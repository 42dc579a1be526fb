import { createS3Workspaces } from '../../runtime/aws/s3-workspaces';
import type { WorkspaceArchives } from '../../runtime/resources/ports';
import { startAwsServer, type AwsCall, type AwsServer } from './aws-server';

const objects = new Set<string>();
const keyOf = ({ path }: AwsCall): string => new URL(path, 'http://s3').pathname;

let aws: AwsServer;
let archives: WorkspaceArchives;
beforeAll(async () => {
  aws = await startAwsServer((call) => {
    if (call.method === 'PUT') objects.add(keyOf(call));
    if (call.method === 'DELETE') objects.delete(keyOf(call));
    return call.method === 'HEAD' && !objects.has(keyOf(call)) ? { status: 404, body: '' } : { body: '' };
  });
  archives = createS3Workspaces({ ...aws.config, forcePathStyle: true }, 'blobs');
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.calls.length = 0;
});

const KEY = 'home/sesn_1/workspace/a b';

describe("archives of sandboxes' files in a bucket", () => {
  test('are put by a URL that is good for one key and one length, and asks for nothing but a body', async () => {
    const url = new URL(await archives.uploadUrl(KEY, 1234));
    expect(url.pathname).toBe('/blobs/home/sesn_1/workspace/a%20b');
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('600');
    expect([...url.searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
    expect(await archives.uploadUrl(KEY, 1235)).not.toBe(String(url));
    await fetch(url, { method: 'PUT', body: 'x'.repeat(1234) });
    expect(aws.calls[0]?.headers['content-length']).toBe('1234');
  });

  test('are had by a URL for some minutes', async () => {
    const url = new URL(await archives.downloadUrl(KEY));
    expect(url.pathname).toBe('/blobs/home/sesn_1/workspace/a%20b');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('600');
    expect(aws.calls).toEqual([]);
  });

  test('are there when they were put, and not before or when they were deleted', async () => {
    const other = 'home/sesn_2/workspace/b';
    expect(await archives.has(other)).toBe(false);
    await fetch(await archives.uploadUrl(other, 1), { method: 'PUT', body: 'x' });
    expect(await archives.has(other)).toBe(true);
    await archives.delete(other);
    expect(await archives.has(other)).toBe(false);
  });
});
