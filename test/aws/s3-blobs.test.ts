import { S3Client } from '@aws-sdk/client-s3';
import { createS3Blobs } from '../../runtime/aws/s3-blobs';
import type { BlobStore } from '../../runtime/store/ports';
import { startAwsServer, type AwsAnswer, type AwsCall, type AwsServer } from './aws-server';

const objects = new Map<string, string>();

/** As much of S3 as a blob store asks of it. A page holds two keys. */
function s3({ method, path, body }: AwsCall): AwsAnswer {
  const url = new URL(path, 'http://s3');
  const key = decodeURIComponent(url.pathname.replace(/^\/blobs\/?/, ''));
  if (method === 'PUT') {
    objects.set(key, body);
    return { body: '' };
  }
  if (method === 'POST') {
    for (const [, doomed = ''] of body.matchAll(/<Key>([^<]+)<\/Key>/g)) objects.delete(doomed);
    return { body: '<DeleteResult/>' };
  }
  if (url.searchParams.has('list-type')) {
    const keys = [...objects.keys()].filter((name) => name.startsWith(url.searchParams.get('prefix') ?? ''));
    const contents = keys.slice(0, 2).map((name) => `<Contents><Key>${name}</Key></Contents>`);
    return { body: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
  }
  const found = objects.get(key);
  return found === undefined ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' } : { body: found };
}

let aws: AwsServer;
let blobs: BlobStore;
beforeAll(async () => {
  aws = await startAwsServer(s3);
  blobs = createS3Blobs(
    new S3Client({ ...aws.config, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' }),
    'blobs',
  );
});
afterAll(() => aws.close());

describe('blobs in a bucket', () => {
  test('come back as they were put', async () => {
    await blobs.put('default/sesn_1/a', Buffer.from('body'));
    expect(Buffer.from((await blobs.get('default/sesn_1/a')) ?? []).toString()).toBe('body');
  });

  test('are undefined where there is none', async () => {
    expect(await blobs.get('default/none')).toBeUndefined();
  });

  test('go with their prefix, however many pages of them there are', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await blobs.put(`default/sesn_2/${name}`, Buffer.from(name));
    await blobs.put('default/sesn_3/a', Buffer.from('other'));
    await blobs.deletePrefix('default/sesn_2/');
    expect([...objects.keys()].filter((key) => key.includes('sesn_2'))).toEqual([]);
    expect(objects.has('default/sesn_3/a')).toBe(true);
  });
});
