import type { Handler } from '../http/handler';
import { listen, type RunningServer } from '../http/node-server';

/**
 * Listens on the port, or on a free one where that is taken and another will do.
 *
 * @throws Error when the port must be had and cannot.
 */
export async function listenNear(handler: Handler, port: number, portIsFixed: boolean): Promise<RunningServer> {
  try {
    return await listen(handler, { port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    if (portIsFixed) {
      const reason = code === 'EACCES' ? 'needs more rights than this user has' : 'is taken by another program';
      throw new Error(`Port ${port} ${reason}`, { cause: error });
    }
    return listen(handler, { port: 0 });
  }
}
