/** The program of the egress gateway's container. */
import { openGateway } from '../aws/compose-gateway';
import { log } from '../aws/observe';

async function main(): Promise<void> {
  const door = await openGateway();
  log({ level: 'info', message: 'the egress gateway listens' });
  process.once('SIGTERM', () => void door.close().finally(() => process.exit(0)));
}

main().catch((error: unknown) => {
  log({ level: 'error', message: 'the egress gateway could not be opened', error });
  process.exit(1);
});
