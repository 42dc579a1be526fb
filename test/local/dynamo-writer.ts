/** A process to be killed: writes to eight threads as fast as it can and says what was acknowledged. */
import { randomUUID } from 'node:crypto';
import { createFileBlobs } from '../../runtime/local/blobs';
import { createLocalDynamo } from '../../runtime/local/dynamo';
import { createStore } from '../../runtime/store/store';
import { commit, message } from '../store/values';

const WRITERS = 8;
const NOW = 1_790_000_000_000_000;

async function main([path = '', blobs = '']: string[]): Promise<void> {
  const { client, tables } = await createLocalDynamo({ path });
  const { log } = createStore({ client, tables, blobs: createFileBlobs(blobs) });
  const write = async (): Promise<void> => {
    const threadId = randomUUID();
    const ref = { workspace: 'w', sessionId: `sesn_${threadId}`, threadId };
    for (let n = 1; ; n += 1) {
      await log.accept(ref, [message(`${n}`)], NOW + n, NOW + n);
      await log.append(ref, commit(n));
      process.stdout.write(`${threadId} ${n}\n`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

void main(process.argv.slice(2));
