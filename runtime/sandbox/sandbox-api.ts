import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClaimAnswer } from '../resources/sandbox-claim';
import type { AssignmentAnswer } from '../resources/warm-assignment';
import type { WorkspaceSources, WorkspaceUpload } from '../resources/sandbox-workspace';
import { sendArchive } from './archive-transfer';

/** Pauses between the tries of a request that nobody answered, or only with trouble of the server's own. */
const RETRY_AFTER_MS = [250, 1_000, 3_000] as const;
const ANSWER_WITHIN_MS = 15_000;
const TOO_MANY = 429;
const CONFLICT = 409;

/** The API does not want a request, and repeating it will not change that. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
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

  /**
   * Puts an archive where the next sandbox finds it.
   *
   * @throws RequestRefused when the item is in other hands; another error when it cannot be brought there.
   */
  async upload(file: string, signal: AbortSignal): Promise<void> {
    try {
      await this.uploadOnce(file, signal);
    } catch (error) {
      // A request of ours that was answered too late for us may have come between, or done what we asked for again.
      if (!(error instanceof RequestRefused) || error.status !== CONFLICT) throw error;
      await this.uploadOnce(file, signal);
    }
  }

  private async uploadOnce(file: string, signal: AbortSignal): Promise<void> {
    const { size } = await stat(file);
    const { url } = (await this.ask('POST', '/workspace', { signal, body: { bytes: size } })) as WorkspaceUpload;
    await sendArchive(file, new URL(url, this.baseUrl), signal);
    await this.ask('POST', '/workspace/complete', { signal });
  }

  private async ask(
    method: string,
    path: string,
    { body, signal }: { body?: unknown; signal?: AbortSignal },
  ): Promise<unknown> {
    for (const wait of [...RETRY_AFTER_MS, null]) {
      const response = await this.request(method, path, body, signal).catch((error: unknown) => {
        if (wait === null || signal?.aborted) throw unreachable(path, error);
      });
      if (response?.ok) return response.json();
      if (response && (response.status < 500 || wait === null)) throw await refused(path, response);
      await pause(wait ?? 0);
    }
    return undefined;
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

function unreachable(path: string, error: unknown): Error {
  return new Error(`${path}: the API could not be reached: ${error instanceof Error ? error.message : String(error)}`);
}

async function refused(path: string, response: Response): Promise<Error> {
  const said = await response.text().catch(() => '');
  const message = `${path}: the API answered with status ${response.status}: ${said.slice(0, 500)}`;
  return response.status < 500 && response.status !== TOO_MANY
    ? new RequestRefused(message, response.status)
    : new Error(message);
}
