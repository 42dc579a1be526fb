/** `npm run simulate`: plays schedules until it has played as many as asked for, and tells of each that fails. */
import './determinism';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runCampaign, type Campaign, type Tally } from './campaign';
import { outcomeOf } from './outcome';
import { play } from './play';
import { SCENARIOS } from './scenarios';
import type { Schedule } from './strikes';

const HELP = `npm run simulate -- [options]

Plays sessions on the real harness, store and work queue in virtual time, and makes every I/O operation fail in every way,
one by one and then in drawn pairs and triples. Each finished history must hold all invariants.

  --schedules N    how many schedules to play (default 1000)
  --seed S         where the draw begins (default 1)
  --scenario TEXT  only scenarios whose name contains the text
  --strike TEXT    only single faults, at operations whose name contains the text: 'harness PutItem', 'worker', 'model'
  --fault TEXT     only single faults of kinds that contain the text: crash, fail, repeat, sleep, pause, overtaken, outrun
  --wakes KIND     no faults, but most wakes are 'lost', or 'doubled'
  --jobs N         in so many processes (default: one for each processor)
  --enough N       stop after so many failures (default 20)
  --replay JSON    play one schedule, as a failure prints it, and show its trace
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', default: '' },
      strike: { type: 'string' },
      fault: { type: 'string' },
      wakes: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      enough: { type: 'string', default: '20' },
      replay: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  if (values.replay !== undefined) return replay(values.replay);
  const schedules = Number(values.schedules);
  console.log(`playing ${schedules} schedules, seed ${values.seed}`);
  const of = Math.max(1, Number(values.jobs));
  const { scenario, strike, fault, wakes } = values;
  const seed = Number(values.seed);
  const enough = Number(values.enough);
  const campaign = { schedules, seed, scenario, strike, fault, wakes: wakesOf(wakes), enough };
  const tallies = await Promise.all(
    Array.from({ length: of }, (_, index) => inProcess({ ...campaign, part: { index, of } })),
  );
  const played = tallies.reduce((sum, tally) => sum + tally.played, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  console.log(`${played - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function wakesOf(text: string | undefined): Campaign['wakes'] {
  if (text === undefined || text === 'lost' || text === 'doubled') return text;
  throw new Error('--wakes is `lost` or `doubled`');
}

/** Runs a part of the campaign in a process of its own: this file again, which is then told what to play. */
async function inProcess(campaign: Campaign): Promise<Tally> {
  const child = fork(__filename, { env: { ...process.env, SIMULATION_PART: JSON.stringify(campaign) } });
  const told = new Promise<Tally>((resolve) => {
    child.once('message', (tally) => resolve(tally as Tally));
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a part of the simulation ended with ${code} and told nothing`);
  });
  return Promise.race([told, ended]);
}

async function replay(json: string): Promise<void> {
  const { scenario: name, schedule }: { scenario: string; schedule: Schedule } = JSON.parse(json);
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (!scenario) throw new Error(`there is no scenario "${name}"`);
  const played = await play(scenario, schedule);
  console.log(played.trace.join('\n'));
  for (const event of played.events) console.log(JSON.stringify(event));
  console.log(outcomeOf(played.events).join('\n'));
  for (const problem of played.problems) console.log(problem);
  if (played.problems.length > 0) process.exitCode = 1;
}

const part = process.env['SIMULATION_PART'];
// A part must not outlive whoever wants to know of it.
process.once('disconnect', () => process.exit());
if (part === undefined) void main();
else void runCampaign(JSON.parse(part) as Campaign).then((tally) => process.send?.(tally, () => process.exit()));
