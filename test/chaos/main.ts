/** `npm run chaos`: many sessions on the real processes, which are killed all the time. */
import { parseArgs } from 'node:util';
import { runChaos } from './run';

const HELP = `npm run chaos -- [options]

Runs sessions on the built server with a scripted model, one of eight with workers of the user's own. Kills the server, its
sandboxes and those workers at random moments while clients lose their streams, and then compares every history with what the
clients were told, what the streams brought, and what really ran.

  --sessions N   how many at once (default 40)
  --minutes M    for how long (default 1)
  --seed S       what is drawn: plans, pauses, victims (default: from the clock)
  --rest S       how many seconds after the last kill all sessions must be at rest (default 120)
  --every S      seconds between two kills, on average (default 4)
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sessions: { type: 'string', default: '40' },
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      rest: { type: 'string', default: '120' },
      every: { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const isFine = await runChaos({
    sessions: Number(values.sessions),
    runMs: Number(values.minutes) * 60_000,
    seed: Number(values.seed),
    restMs: Number(values.rest) * 1_000,
    killEveryMs: Number(values.every) * 1_000,
  });
  if (!isFine) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  // Clients and the killer are still at it.
  process.exit(1);
});
