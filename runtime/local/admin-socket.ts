import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { ApiError } from '../contract/errors';
import { readKeyCommand, runKeyCommand, type KeyAnswer, type KeyCommand } from '../resources/key-commands';
import type { Keys } from '../resources/keys';

/**
 * The way in for the command line while a server has the data open: a socket in the data directory that only the directory's
 * owner can open. Nobody else can reach it, so what comes in needs no other credential.
 */
export class AdminSocket {
  private constructor(private readonly server: Server) {}

  /** Listens. A socket file that a killed server left behind is replaced: the database's lock says that nobody uses it. */
  static async listen(path: string, keys: Keys): Promise<AdminSocket> {
    await rm(path, { force: true });
    const server = createServer((incoming, outgoing) => {
      void answer(keys, incoming).then(([status, body]) => outgoing.writeHead(status).end(body));
    });
    const umask = process.umask(0o077);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
    await once(server, 'listening');
    await chmod(path, 0o600);
    return new AdminSocket(server);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function answer(keys: Keys, incoming: IncomingMessage): Promise<[number, string]> {
  try {
    const command = readKeyCommand(await json(incoming));
    return [200, JSON.stringify(await runKeyCommand(keys, command))];
  } catch (error) {
    const { message } = error as Error;
    return [error instanceof ApiError ? error.status : 500, message];
  }
}

/**
 * Asks the server that listens at the path. Undefined when none does.
 *
 * @throws Error with the server's words when it refuses.
 */
export async function askServer(path: string, command: KeyCommand): Promise<KeyAnswer | undefined> {
  const outgoing = request({ socketPath: path, method: 'POST', path: '/' });
  outgoing.end(JSON.stringify(command));
  let incoming: IncomingMessage;
  try {
    [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    throw error;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (incoming.statusCode !== 200) throw new Error(text);
  return JSON.parse(text) as KeyAnswer;
}
