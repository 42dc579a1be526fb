import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Handler } from '../http/handler';
import type { WorkspaceArchives } from '../resources/ports';

const PATH = '/workspace-archives';
const LIFE_MS = 10 * 60_000;
const MAX_BYTES = 4 * 1024 ** 3;

/**
 * The archives of sandboxes' files in a directory, to be reached by signed URLs as those of S3 are: each is good for one
 * archive, one method, one size and some minutes. The URLs have no host: they are for whoever reaches this server already.
 */
export class WorkspaceFiles implements WorkspaceArchives {
  readonly maxBytes = MAX_BYTES;
  private readonly key = randomBytes(32);

  constructor(private readonly directory: string) {}

  async uploadUrl(key: string, bytes: number): Promise<string> {
    return this.sign('PUT', key, bytes);
  }

  async downloadUrl(key: string): Promise<string> {
    return this.sign('GET', key, 0);
  }

  async has(key: string): Promise<boolean> {
    try {
      await stat(this.fileOf(key));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return false;
    }
  }

  async delete(key: string): Promise<void> {
    await rm(this.fileOf(key), { force: true });
  }

  /** The handler with these URLs before it. */
  before(handler: Handler): Handler {
    return (request) => {
      const url = new URL(request.url);
      return url.pathname === PATH ? this.serve(request, url.searchParams) : handler(request);
    };
  }

  private async serve(request: Request, query: URLSearchParams): Promise<Response> {
    const key = query.get('key') ?? '';
    const [bytes, until] = [Number(query.get('bytes')), Number(query.get('until'))];
    const given = Buffer.from(query.get('signature') ?? '', 'hex');
    const wanted = this.signature(request.method, key, bytes, until);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return new Response(null, { status: 403 });
    if (until < Date.now()) return new Response(null, { status: 403 });
    if (request.method === 'PUT') return this.take(key, bytes, request.body);
    if (!(await this.has(key))) return new Response(null, { status: 404 });
    return new Response(Readable.toWeb(createReadStream(this.fileOf(key))) as ReadableStream<Uint8Array>);
  }

  /** In one step, so that an archive is there whole or not at all. */
  private async take(key: string, bytes: number, body: Request['body']): Promise<Response> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const draft = `${this.fileOf(key)}.${randomBytes(8).toString('hex')}`;
    try {
      const source = Readable.fromWeb((body ?? new Blob().stream()) as WebStream<Uint8Array>);
      await pipeline(source, exactly(bytes), createWriteStream(draft, { mode: 0o600 }));
      await rename(draft, this.fileOf(key));
      return new Response(null, { status: 200 });
    } catch (error) {
      await rm(draft, { force: true });
      // What the disk says is no fault of the sender, who may try again.
      const isOurs = error instanceof Error && 'syscall' in error;
      return new Response(null, { status: isOurs ? 500 : 400 });
    }
  }

  private sign(method: string, key: string, bytes: number): string {
    const until = Date.now() + LIFE_MS;
    const signature = this.signature(method, key, bytes, until).toString('hex');
    const query = new URLSearchParams({ key, bytes: String(bytes), until: String(until), signature });
    return `${PATH}?${query.toString()}`;
  }

  private signature(method: string, key: string, bytes: number, until: number): Buffer {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([method, key, bytes, until]))
      .digest();
  }

  /** By the key's hash: keys have slashes, and lengths of their own. */
  private fileOf(key: string): string {
    return join(this.directory, createHash('sha256').update(key).digest('hex'));
  }
}

function exactly(bytes: number): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (source) {
    let left = bytes;
    for await (const chunk of source) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
    if (left !== 0) throw new Error('the body has another size than was announced');
  };
}
