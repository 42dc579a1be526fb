/** `npm run simulate:faults`: plants known faults in a copy of the code, and tells after how many schedules each is found. */
import { parseArgs } from 'node:util';
import { FAULTS } from './all';
import { Nursery, type Finding } from './plant';

const HELP = `npm run simulate:faults -- [options]

Plants one fault after another in a copy of the code and lets the simulation look for it. Fails when one is not found, when
one that is said to be harmless is, and when the code without any fault does not pass.

  --schedules N  how many schedules to look through for each (default 1000)
  --seed S       where the draw begins (default 1)
  --fault TEXT   only faults whose name, or whose file, contains the text
  --scenario TEXT  play only scenarios whose name contains the text
  --jobs N       so many at once (default 1)
  --harmless     look for those that are said to be harmless, too
`;

const SOUND_SCHEDULES = 100;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      fault: { type: 'string', default: '' },
      scenario: { type: 'string', default: '' },
      jobs: { type: 'string', default: '1' },
      harmless: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const faults = FAULTS.filter(
    ({ name, file, harmless }) =>
      (name.includes(values.fault) || file.includes(values.fault)) && (values.harmless || harmless === undefined),
  );
  await proveSound(Number(values.seed), values.scenario);
  const queue = [...faults];
  const findings: Finding[] = [];
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, async () => {
      const nursery = await Nursery.open(values.scenario);
      try {
        for (let fault = queue.shift(); fault; fault = queue.shift()) {
          const finding = await nursery.try(fault, Number(values.schedules), Number(values.seed));
          findings.push(finding);
          console.log(lineOf(finding));
        }
      } finally {
        await nursery.close();
      }
    }),
  );
  report(findings);
}

/** Finding faults says something only where nothing is found without them. */
async function proveSound(seed: number, scenario: string): Promise<void> {
  const nursery = await Nursery.open(scenario);
  try {
    const { isFound, schedules, output } = await nursery.simulate(SOUND_SCHEDULES, seed);
    if (isFound) throw new Error(`the code fails before anything is planted in it:\n${output}`);
    console.log(`without any fault: ${schedules} schedules passed`);
  } finally {
    await nursery.close();
  }
}

const isAsExpected = ({ fault, isFound }: Finding): boolean => isFound === (fault.harmless === undefined);

function lineOf(finding: Finding): string {
  const { fault, isFound, schedules, sign } = finding;
  const verdict = isFound ? `found after ${String(schedules).padStart(4)}` : 'NOT FOUND       ';
  return `${verdict}  ${fault.name}${isFound ? `\n                  ${sign}` : ''}`;
}

function report(findings: readonly Finding[]): void {
  const harmful = findings.filter(({ fault }) => fault.harmless === undefined);
  const found = harmful.filter(({ isFound }) => isFound);
  const counts = found.map(({ schedules }) => schedules).toSorted((a, b) => a - b);
  console.log(
    `\n${found.length} of ${harmful.length} found, half of them after ${counts[counts.length >> 1]} schedules or less`,
  );
  for (const { fault, isFound } of findings.filter((finding) => !isAsExpected(finding))) {
    console.log(isFound ? `said to be harmless, and is not: ${fault.name}` : `not found: ${fault.name}`);
    process.exitCode = 1;
  }
}

void main();
