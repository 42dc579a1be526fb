import { Token, type Size } from 'aws-cdk-lib';
import type { SandboxResources, SandboxSizes } from '../runtime/aws/sandbox-sizes';

/** What a sandbox of a size has. */
export interface SandboxSize {
  /** Processor units, 1,024 to a core. */
  readonly cpu: number;

  /** Memory. Fargate allows certain amounts for each number of processor units. */
  readonly memory: Size;

  /**
   * Disk, from 21 to 200 GiB.
   *
   * @default - that of the fleet
   */
  readonly storage?: Size;

  /**
   * How many sandboxes of this size stand ready.
   *
   * @default 0
   */
  readonly warmPool?: number;
}

/** The amounts of memory, in MiB, that Fargate has for each number of processor units. */
const MEMORY_OF: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, gibibytes(1, 4)],
  [1024, gibibytes(2, 8)],
  [2048, gibibytes(4, 16)],
  [4096, gibibytes(8, 30)],
  [8192, gibibytes(16, 60, 4)],
  [16384, gibibytes(32, 120, 8)],
]);
const SMALLEST_STORAGE_GIB = 21;
const LARGEST_STORAGE_GIB = 200;

function gibibytes(from: number, to: number, step = 1): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * 1024);
}

/**
 * Finds out at synthesis what ECS would only say when the first sandbox starts.
 *
 * @throws Error that names what would be allowed.
 */
export function checkSandboxSize(cpu: number, memory: Size, storage?: Size): void {
  if (!Token.isUnresolved(cpu)) {
    const allowed = MEMORY_OF.get(cpu);
    if (!allowed) throw new Error(`cpu: Fargate has no ${cpu} units. Use one of ${[...MEMORY_OF.keys()].join(', ')}`);
    if (!memory.isUnresolved() && !allowed.includes(memory.toMebibytes())) {
      throw new Error(
        `memory: Fargate has no ${memory.toMebibytes()} MiB for ${cpu} units of cpu. Use one of ${allowed.join(', ')} MiB`,
      );
    }
  }
  if (!storage || storage.isUnresolved()) return;
  const size = storage.toGibibytes();
  if (size < SMALLEST_STORAGE_GIB || size > LARGEST_STORAGE_GIB) {
    throw new Error(
      `storage: Fargate has no ${size} GiB. Use ${SMALLEST_STORAGE_GIB} to ${LARGEST_STORAGE_GIB} GiB, or leave it out for 20`,
    );
  }
}

/** What stands in the metadata of environments, and in a variable of functions. */
const SIZE_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * The sizes as functions are told of them.
 *
 * @throws Error for a name that an environment could not ask for, and for a size that Fargate does not have.
 */
export function sizesForFunctions(sizes: Readonly<Record<string, SandboxSize>>): SandboxSizes {
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, resourcesOf(name, size)]));
}

function resourcesOf(name: string, { cpu, memory, storage }: SandboxSize): SandboxResources {
  if (!SIZE_NAME.test(name)) {
    throw new Error(`sizes: "${name}" is no name of a size. Use lower-case letters, digits, "-" and "_", up to 64`);
  }
  if ([cpu, memory, storage].some((part) => Token.isUnresolved(part))) {
    throw new Error(`sizes.${name}: must be known at synthesis. Use plain numbers, such as Size.gibibytes(4)`);
  }
  try {
    checkSandboxSize(cpu, memory, storage);
  } catch (error) {
    throw new Error(`sizes.${name}.${(error as Error).message}`, { cause: error });
  }
  const storageGiB = storage?.toGibibytes();
  return { cpu, memoryMiB: memory.toMebibytes(), ...(storageGiB === undefined ? {} : { storageGiB }) };
}

/** More than this cost more than a session is worth waiting for, and point to a number in the wrong place. */
const LARGEST_POOL = 100;

/**
 * How many sandboxes of each size stand ready, as functions are told of it; the default size has the empty name. Undefined where
 * none does.
 *
 * @throws Error for what is no number of sandboxes.
 */
export function warmPoolForFunctions(
  ofDefaultSize = 0,
  sizes: Readonly<Record<string, SandboxSize>> = {},
): Readonly<Record<string, number>> | undefined {
  checkPool('warmPool', ofDefaultSize);
  const counts: Record<string, number> = { '': ofDefaultSize };
  for (const [name, { warmPool = 0 }] of Object.entries(sizes)) {
    checkPool(`sizes.${name}.warmPool`, warmPool);
    counts[name] = warmPool;
  }
  const wanted = Object.entries(counts).filter(([, count]) => count > 0);
  return wanted.length > 0 ? Object.fromEntries(wanted) : undefined;
}

function checkPool(prop: string, count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= LARGEST_POOL && !Token.isUnresolved(count)) return;
  throw new Error(`${prop}: ${count} is no number of sandboxes. Use a whole number from 0 to ${LARGEST_POOL}`);
}
