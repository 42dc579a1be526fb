import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { WorkspaceArchives } from '../resources/ports';

/** What S3 takes in one PUT is 5 GiB. */
const MAX_BYTES = 4 * 1024 ** 3;
const LIFE_SECONDS = 10 * 60;

/**
 * The archives of sandboxes' files as the objects of a bucket, beside the blobs. A sandbox reaches them by presigned URLs, so it
 * needs no credentials; a URL for an upload is good for a body of that length alone.
 */
export function createS3Workspaces(config: S3ClientConfig, bucket: string): WorkspaceArchives {
  // Otherwise the URL would demand the checksum of the empty body that there is when it is signed.
  const client = new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const object = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: key });
  return {
    maxBytes: MAX_BYTES,

    uploadUrl: (key, bytes) =>
      getSignedUrl(client, new PutObjectCommand({ ...object(key), ContentLength: bytes }), {
        expiresIn: LIFE_SECONDS,
        signableHeaders: new Set(['content-length', 'host']),
      }),

    downloadUrl: (key) => getSignedUrl(client, new GetObjectCommand(object(key)), { expiresIn: LIFE_SECONDS }),

    async has(key) {
      try {
        await client.send(new HeadObjectCommand(object(key)));
        return true;
      } catch (error) {
        if (error instanceof NotFound) return false;
        throw error;
      }
    },

    async delete(key) {
      await client.send(new DeleteObjectCommand(object(key)));
    },
  };
}
