/** A process that trusts the test's authority and asks the API by the relay: `tsx api-relay-process.ts PORT`. */
import { connect } from 'node:net';
import { reachApi } from '../../runtime/sandbox/api-relay';

async function main(port: number): Promise<void> {
  const url = await reachApi('https://api.test', async () => connect(port, '127.0.0.1'));
  const posted = await fetch(`${url}/v1/echo?a=b`, { method: 'POST', headers: { 'x-key': 'k' }, body: 'hello' });
  const streamed = await fetch(`${url}/v1/stream`);
  const first = await streamed.body?.getReader().read();
  const broken = await fetch(`${url}/v1/broken`).then(
    () => 'answered',
    () => 'failed',
  );
  console.log(
    JSON.stringify({
      status: posted.status,
      echo: await posted.json(),
      first: Buffer.from(first?.value ?? []).toString(),
      broken,
    }),
  );
}

main(Number(process.argv[2])).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
