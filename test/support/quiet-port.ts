import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to whoever asks for any (`net.ipv4.ip_local_port_range`). */
const RANGE = [20_000, 30_000] as const;

/** A port of this machine on which nobody listens, and nobody is going to who does not name it. */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(...RANGE);
    const server = createServer().listen(port, '127.0.0.1');
    const isMine = await once(server, 'listening').then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        return false;
      },
    );
    if (!isMine) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
