/** A copy of the code in which one fault after another is planted, and the simulation is asked whether it finds it. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PlantedFault } from './fault';

const ROOT = resolve(__dirname, '../../..');
const COPIED = ['runtime', 'test/simulation', 'test/support', 'package.json', 'tsconfig.json'] as const;
/** A fault that keeps the simulation from coming to an end is found, too. */
const TIME_LIMIT_MS = 15 * 60_000;
const PLAYED = /^(\d+) passed, (\d+) failed$/m;

export interface Finding {
  readonly fault: PlantedFault;
  readonly isFound: boolean;
  /** After how many schedules. */
  readonly schedules: number;
  /** By what it shows. */
  readonly sign: string;
}

/** What the simulation says of the code as it stands in a directory. */
interface Said {
  readonly isFound: boolean;
  readonly schedules: number;
  readonly output: string;
}

export class Nursery {
  private constructor(
    private readonly directory: string,
    private readonly scenario: string,
  ) {}

  /** Faults are looked for in the scenarios whose name contains the text. */
  static async open(scenario = ''): Promise<Nursery> {
    const directory = await mkdtemp(join(tmpdir(), 'planted-'));
    for (const part of COPIED) await cp(join(ROOT, part), join(directory, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
    return new Nursery(directory, scenario);
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }

  /** @throws Error when the text that the fault changes does not stand in its file exactly once. */
  async try(fault: PlantedFault, schedules: number, seed: number): Promise<Finding> {
    const path = join(this.directory, fault.file);
    const sound = await readFile(path, 'utf8');
    await writeFile(path, planted(fault, sound));
    try {
      const { isFound, schedules: played, output } = await this.simulate(schedules, seed);
      return { fault, isFound, schedules: played, sign: signOf(output) };
    } finally {
      await writeFile(path, sound);
    }
  }

  /** Plays until something is found. */
  async simulate(schedules: number, seed: number): Promise<Said> {
    const tsx = join(this.directory, 'node_modules/.bin/tsx');
    const args = ['test/simulation/main.ts', '--jobs', '1', '--enough', '1', '--scenario', this.scenario];
    const options = { cwd: this.directory, timeout: TIME_LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
    let output = '';
    const child = execFile(tsx, [...args, '--schedules', String(schedules), '--seed', String(seed)], options);
    child.stdout?.on('data', (text: string) => (output += text));
    child.stderr?.on('data', (text: string) => (output += text));
    const [code]: (number | null)[] = await once(child, 'close');
    const told = PLAYED.exec(output);
    // Killed when its time was up, it found that the code goes round in circles; code that does not even start finds nothing.
    if (!told && code !== null) throw new Error(`the simulation does not run:\n${output}`);
    const [, passed = 0, failed = 0] = told ?? [];
    return { isFound: code !== 0, schedules: Number(passed) + Number(failed), output };
  }
}

export function planted({ name, file, from, to }: PlantedFault, sound: string): string {
  const places = sound.split(from).length - 1;
  if (places !== 1)
    throw new Error(`"${name}": the text to change stands ${places} times in ${file}; it has to be once`);
  return sound.replace(from, () => to);
}

/** The first thing that the simulation complains of. */
function signOf(output: string): string {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => line.endsWith('" fails:'));
  if (at < 0) return lines.find((line) => line.includes('Error')) ?? 'it does not come to an end';
  return `${lines[at]?.replace(' fails:', '')}: ${lines[at + 1]?.trim().slice(0, 120)}`;
}
