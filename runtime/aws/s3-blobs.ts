import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BlobStore } from '../store/ports';

/** Blobs as the objects of a bucket, by the same keys. Nothing else may be in the bucket under those keys. */
export function createS3Blobs(client: S3Client, bucket: string): BlobStore {
  /** The keys that begin so, a page at a time. The pages are read anew after each delete, so none is skipped. */
  async function firstKeys(prefix: string): Promise<string[]> {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  return {
    async put(key, body) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },

    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    async deletePrefix(prefix) {
      for (let keys = await firstKeys(prefix); keys.length > 0; keys = await firstKeys(prefix)) {
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
        );
        const [failed] = Errors;
        if (failed) throw new Error(`The blob ${failed.Key} could not be deleted: ${failed.Code}`);
      }
    },
  };
}
