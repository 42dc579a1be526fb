/** `npm run simulate`: plays schedules until it has played as many as asked for, and tells of each that fails. */
import './determinism';
import { parseArgs } from 'node:util';
import { describeFailure, explore, type Explorer, type Failure } from './explore';
import { play, type Schedule } from './play';
import { SCENARIOS } from './scenarios';

const HELP = `npm run simulate -- [options]

Plays sessions on the real harness, store and work queue in virtual time, and makes every I/O operation fail in every way,
one by one and then in drawn pairs and triples. Each finished history must hold all invariants.

  --schedules N    how many schedules to play (default 1000)
  --seed S         where the draw begins (default 1)
  --scenario TEXT  only scenarios whose name contains the text
  --replay JSON    play one schedule, as a failure prints it, and show its trace
`;

const MAX_SHOWN = 5;
/** So many failures say what is wrong; more would only take time. */
const ENOUGH = 20;
const SINGLES_SHARE = 0.6;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', default: '' },
      replay: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  if (values.replay !== undefined) return replay(values.replay);
  const failures = await simulate(Number(values.schedules), Number(values.seed), values.scenario);
  if (failures.length > 0) process.exitCode = 1;
}

async function simulate(wanted: number, seed: number, name: string): Promise<Failure[]> {
  const chosen = SCENARIOS.filter((scenario) => scenario.name.includes(name));
  const explorers = await Promise.all(chosen.map((scenario) => explore(scenario, seed)));
  const broken = explorers.flatMap(({ undisturbed }) => undisturbed ?? []);
  for (const failure of broken) console.log(`\n${describeFailure(failure)}\n`);
  if (broken.length > 0) return broken;
  const singles = explorers.flatMap((explorer) => explorer.singles().map((schedule) => ({ explorer, schedule })));
  console.log(
    `${singles.length} single faults in ${chosen.length} scenarios; playing ${wanted} schedules, seed ${seed}`,
  );
  const failures: Failure[] = [];
  // Fewer schedules than single faults: the single ones are spread evenly, and a part is drawn all the same.
  const ofSingles = Math.min(singles.length, Math.ceil(wanted * SINGLES_SHARE));
  const spread = Array.from({ length: ofSingles }, (_, n) => singles[Math.floor((n * singles.length) / ofSingles)]);
  let played = 0;
  while (played < wanted && failures.length < ENOUGH) {
    const failure = await checkNext(explorers, spread, played);
    played += 1;
    if (failure && failures.push(failure) <= MAX_SHOWN) console.log(`\n${describeFailure(failure)}\n`);
    if (played % 500 === 0) console.log(`${played} played, ${failures.length} failed`);
  }
  console.log(`${played - failures.length} passed, ${failures.length} failed`);
  return failures;
}

async function checkNext(
  explorers: readonly Explorer[],
  singles: readonly ({ explorer: Explorer; schedule: Schedule } | undefined)[],
  played: number,
): Promise<Failure | undefined> {
  const single = singles[played];
  if (single) return single.explorer.check(single.schedule);
  const drawn = played - singles.length;
  const explorer = explorers[drawn % explorers.length];
  return explorer?.check(explorer.drawn(Math.floor(drawn / explorers.length)));
}

async function replay(json: string): Promise<void> {
  const { scenario: name, schedule }: { scenario: string; schedule: Schedule } = JSON.parse(json);
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (!scenario) throw new Error(`there is no scenario "${name}"`);
  const played = await play(scenario, schedule);
  console.log(played.trace.join('\n'));
  for (const event of played.events) console.log(JSON.stringify(event));
  console.log(played.outcome);
  for (const problem of played.problems) console.log(problem);
  if (played.problems.length > 0) process.exitCode = 1;
}

void main();
