import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClaimAnswer } from '../resources/sandbox-claim';
import type { AssignmentAnswer } from '../resources/warm-assignment';
import type { WorkspaceSources, WorkspaceUpload } from '../resources/sandbox-workspace';

/** Pauses between the tries of a request that nobody answered, or only with trouble of the server's own. */
const RETRY_AFTER_MS = [250, 1_000, 3_000] as const;
const ANSWER_WITHIN_MS = 15_000;
const TOO_MANY = 429;

/** The API does not want a request, and repeating it will not change that. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
}

/** The routes for sandboxes (`http/sandbox-routes.ts`), for one credential. It is never part of an error. */
export class SandboxApi {
  constructor(
    private readonly baseUrl: string,
    private readonly credential: string,
  ) {}

  /**
   * Exchanges the claim. An answer that was lost cannot be had again: then the item has to be started anew.
   *
   * @throws Error when it is refused or cannot be made.
   */
  async claim(): Promise<ClaimAnswer> {
    return (await this.ask('POST', '/claim', {})) as ClaimAnswer;
  }

  /**
   * Asks whether there is work, for a sandbox of the warm pool.
   *
   * @throws RequestRefused when the sandbox is to go; another error where nobody answered.
   */
  async assignment(): Promise<AssignmentAnswer['assignment']> {
    return ((await this.ask('POST', '/assignment', {})) as AssignmentAnswer).assignment;
  }

  /** Where the session's files are to be had, the newest first. */
  async sources(signal: AbortSignal): Promise<readonly URL[]> {
    const { urls } = (await this.ask('GET', '/workspace', { signal })) as WorkspaceSources;
    return urls.map((url) => new URL(url, this.baseUrl));
  }

  /** Puts an archive where the next sandbox finds it. */
  async upload(file: string, signal: AbortSignal): Promise<void> {
    const { size } = await stat(file);
    const { url } = (await this.ask('POST', '/workspace', { signal, body: { bytes: size } })) as WorkspaceUpload;
    await answered('the upload of the files', signal, () => {
      const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
      // Without its length S3 refuses an upload.
      const options = { method: 'PUT', body, headers: { 'content-length': String(size) }, signal, duplex: 'half' };
      return fetch(new URL(url, this.baseUrl), options).then(withoutWords);
    });
    await this.ask('POST', '/workspace/complete', { signal });
  }

  private async ask(
    method: string,
    path: string,
    { body, signal }: { body?: unknown; signal?: AbortSignal },
  ): Promise<unknown> {
    const response = await answered(path, signal, () => this.request(method, path, body, signal));
    return response.json();
  }

  private request(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return fetch(`${this.baseUrl}/v1/sandbox${path}`, {
      method,
      headers: { authorization: `Bearer ${this.credential}`, 'content-type': 'application/json' },
      signal: signal ? AbortSignal.any([signal, late]) : late,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/**
 * An archive, as it comes in.
 *
 * @throws RequestRefused when there is none; another error when it cannot be had now.
 */
export async function download(url: URL, signal: AbortSignal): Promise<Readable> {
  const { body } = await answered('the archive of the files', signal, () => fetch(url, { signal }).then(withoutWords));
  return Readable.fromWeb((body ?? new Blob().stream()) as WebStream<Uint8Array>);
}

/** Who refuses a signed URL may quote it, and it is a credential. */
function withoutWords(response: Response): Response {
  if (response.ok) return response;
  void response.body?.cancel();
  return new Response(null, { status: response.status });
}

/**
 * Asks until there is an answer.
 *
 * @param request makes the request anew, each time.
 * @throws RequestRefused when it is refused; another error when it cannot be made, or the signal aborted.
 */
async function answered(
  what: string,
  signal: AbortSignal | undefined,
  request: () => Promise<Response>,
): Promise<Response> {
  for (const wait of RETRY_AFTER_MS) {
    const response = await request().catch((error: unknown) => {
      if (signal?.aborted) throw unreachable(what, error);
    });
    if (response && (response.ok || response.status < 500)) return taken(what, response);
    await pause(wait);
  }
  const response = await request().catch((error: unknown) => {
    throw unreachable(what, error);
  });
  return taken(what, response);
}

async function taken(what: string, response: Response): Promise<Response> {
  if (!response.ok) throw await refused(what, response);
  return response;
}

function unreachable(what: string, error: unknown): Error {
  return new Error(`${what}: nobody answered: ${error instanceof Error ? error.message : String(error)}`);
}

async function refused(what: string, response: Response): Promise<Error> {
  const said = await response.text().catch(() => '');
  const message = `${what}: the answer has status ${response.status}: ${said.slice(0, 500)}`;
  return response.status < 500 && response.status !== TOO_MANY ? new RequestRefused(message) : new Error(message);
}
