import { Duration, Size } from 'aws-cdk-lib';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type { ContextChoices } from './context-choices';
import type { SandboxFleetProps } from './sandbox-fleet-props';
import { SandboxImage } from './sandbox-image';
import { SandboxNetwork } from './sandbox-network';
import type { SandboxSize } from './sandbox-size';

/** What the context says of sandboxes. @throws Error for a value that means nothing. */
export function sandboxesFrom(choices: ContextChoices): SandboxFleetProps {
  const memory = choices.number('sandboxMemoryGiB');
  const idle = choices.number('sandboxIdleMinutes');
  return {
    network: choices.pick('sandboxNetwork', {
      public: SandboxNetwork.publicSubnets(),
      private: SandboxNetwork.privateSubnets(),
      isolated: SandboxNetwork.isolatedSubnets(),
    }),
    architecture: choices.pick('sandboxArchitecture', { arm64: CpuArchitecture.ARM64, x86_64: CpuArchitecture.X86_64 }),
    cpu: choices.number('sandboxCpu'),
    memory: memory === undefined ? undefined : gibibytes(memory),
    sizes: sizesFrom(choices.object('sandboxSizes')),
    warmPool: choices.number('warmPool'),
    spot: choices.flag('sandboxSpot'),
    idleTimeout: idle === undefined ? undefined : Duration.minutes(idle),
    image: imageOf(choices.text('sandboxImage') ?? ''),
  };
}

/** Half a GiB is an amount of Fargate's, too. */
const gibibytes = (amount: number): Size => Size.mebibytes(amount * 1024);

function sizesFrom(sizes?: Readonly<Record<string, unknown>>): SandboxFleetProps['sizes'] {
  return sizes && Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, sizeFrom(name, size)]));
}

const SIZE_KEYS: readonly string[] = ['cpu', 'memoryGiB', 'storageGiB', 'warmPool'];

function sizeFrom(name: string, value: unknown): SandboxSize {
  const given = Object.entries(value ?? {});
  const { cpu, memoryGiB, storageGiB, warmPool } = Object.fromEntries(given) as Readonly<Record<string, unknown>>;
  const isWhole = typeof cpu === 'number' && typeof memoryGiB === 'number';
  if (!isWhole || given.some(([key, part]) => !SIZE_KEYS.includes(key) || typeof part !== 'number')) {
    throw new Error(
      `context sandboxSizes.${name}: write it as {"cpu": 4096, "memoryGiB": 16}, with "storageGiB" where 20 is too little`,
    );
  }
  return {
    cpu,
    memory: gibibytes(memoryGiB),
    storage: typeof storageGiB === 'number' ? Size.gibibytes(storageGiB) : undefined,
    warmPool: typeof warmPool === 'number' ? warmPool : undefined,
  };
}

function imageOf(choice: string): SandboxImage {
  if (choice === 'account') return SandboxImage.builtInAccount();
  if (choice === 'docker') return SandboxImage.builtByDocker();
  return SandboxImage.fromRegistry(choice);
}
