import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, deflateSync, inflate, inflateSync } from 'node:zlib';
import type { Attributes } from './expressions';
import type { BlobStore } from './ports';

/** Up to this many bytes (unpacked or packed) the way to a thread and back takes longer than the work. */
const AT_ONCE_UP_TO = 16_384;

const deflateElsewhere = promisify(deflate);
const inflateElsewhere = promisify(inflate);

const deflated = async (bytes: Uint8Array): Promise<Buffer> =>
  bytes.length <= AT_ONCE_UP_TO ? deflateSync(bytes) : deflateElsewhere(bytes);
const inflated = async (packed: Uint8Array): Promise<Buffer> =>
  packed.length <= AT_ONCE_UP_TO ? inflateSync(packed) : inflateElsewhere(packed);

/** Below this many bytes deflating saves nothing that counts: DynamoDB charges by the kilobyte. */
const DEFLATE_FROM = 1_024;
/** Above this many bytes a body goes to the blobs. An item may have 409,600 with its keys and other attributes. */
const BLOB_FROM = 300_000;

/** A body as it stands in an item: as text, deflated, or as the key of a blob that holds it deflated. Exactly one is set. */
export interface StoredBody {
  readonly body?: string;
  readonly body_deflated?: Uint8Array;
  readonly body_blob?: string;
}

/** All attributes of a body, so that an update can clear those that the new one does not have. */
const NO_BODY: Record<keyof StoredBody, undefined> = {
  body: undefined,
  body_deflated: undefined,
  body_blob: undefined,
};

/** Turns values into bodies of items and back, exactly as JSON does. */
export class BodyCodec {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * The attributes that hold the value. A big one is in the blobs when this returns, under a new key that begins with
   * `prefix`: a writer that loses its race leaves an unused blob, never a wrong one.
   */
  async encode(value: unknown, prefix: string): Promise<StoredBody & Attributes> {
    const text = JSON.stringify(value);
    const bytes = Buffer.from(text);
    if (bytes.length < DEFLATE_FROM) return { ...NO_BODY, body: text };
    const packed = await deflated(bytes);
    if (packed.length <= BLOB_FROM) return { ...NO_BODY, body_deflated: packed };
    const key = prefix + randomUUID();
    await this.blobs.put(key, packed);
    return { ...NO_BODY, body_blob: key };
  }

  /** The value of an item's body. T is what `encode` was given. */
  async decode<T>(item: StoredBody): Promise<T> {
    if (item.body !== undefined) return JSON.parse(item.body) as T;
    const packed = item.body_deflated ?? (await this.fetch(item.body_blob));
    return JSON.parse((await inflated(packed)).toString()) as T;
  }

  private async fetch(key: string | undefined): Promise<Uint8Array> {
    if (key === undefined) throw new Error('The item has no body');
    const packed = await this.blobs.get(key);
    if (!packed) throw new Error(`The body ${key} is missing from the blobs`);
    return packed;
  }
}
