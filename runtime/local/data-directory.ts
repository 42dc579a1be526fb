import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

/** What a client needs to talk to the running server: the content of `connection.json`. */
export interface Connection {
  readonly base_url: string;
  readonly api_key: string;
}

/** The longest path that every system takes for a socket. */
const SOCKET_PATH_MAX = 100;

/**
 * The directory where a local system keeps everything:
 *
 *     database/        the tables
 *     blobs/           bodies too big for an item
 *     sandboxes/       the sessions' files
 *     secrets/         the values of credentials, encrypted
 *     secret-key       what they are encrypted with, made once
 *     audit.jsonl      who got at which credential, and for whom
 *     workspaces/      archives of them, where sandboxes are containers
 *     api-key          the key for local use, made once
 *     connection.json  where the server listens, while it does
 *     admin.sock       through which the command line reaches a running server
 *
 * Files with a secret are readable by their owner only.
 */
export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get database(): string {
    return join(this.path, 'database');
  }

  get blobs(): string {
    return join(this.path, 'blobs');
  }

  get sandboxes(): string {
    return join(this.path, 'sandboxes');
  }

  get workspaces(): string {
    return join(this.path, 'workspaces');
  }

  get secrets(): string {
    return join(this.path, 'secrets');
  }

  get secretKeyFile(): string {
    return join(this.path, 'secret-key');
  }

  get auditFile(): string {
    return join(this.path, 'audit.jsonl');
  }

  get connectionFile(): string {
    return join(this.path, 'connection.json');
  }

  /** Undefined where the directory lies so deep that no socket can have such a path. */
  get adminSocket(): string | undefined {
    const absolute = join(this.path, 'admin.sock');
    const shorter = relative(process.cwd(), absolute);
    return [absolute, shorter].find((path) => Buffer.byteLength(path) <= SOCKET_PATH_MAX);
  }

  /** Makes the directory if it is not there. Others may pass through it (a sandbox's user must), not list it. */
  async ensure(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o711 });
  }

  async readApiKey(): Promise<string | undefined> {
    return readFile(this.apiKeyFile, 'utf8').catch(undefinedIfAbsent);
  }

  async writeApiKey(key: string): Promise<void> {
    await this.writeSecret(this.apiKeyFile, key);
  }

  async writeConnection(connection: Connection): Promise<void> {
    await this.writeSecret(this.connectionFile, `${JSON.stringify(connection, undefined, 2)}\n`);
  }

  async removeConnection(): Promise<void> {
    await rm(this.connectionFile, { force: true });
  }

  private get apiKeyFile(): string {
    return join(this.path, 'api-key');
  }

  /** In one step, so that a reader sees the old content or the new one. */
  private async writeSecret(path: string, content: string): Promise<void> {
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, content, { mode: 0o600 });
    await rename(draft, path);
  }
}

function undefinedIfAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
