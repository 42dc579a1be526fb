import { Token, type Size } from 'aws-cdk-lib';

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
