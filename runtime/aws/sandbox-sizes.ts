/** What a sandbox of a size has. */
export interface SandboxResources {
  /** Processor units, 1,024 to a core. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** @default the disk of the task definition */
  readonly storageGiB?: number;
}

/** The sizes of a stack's sandboxes by name, as its constructs tell its functions. */
export type SandboxSizes = Readonly<Record<string, SandboxResources>>;

/** The part of a task's overrides that sets its size, as ECS has it. In our own words: the constructs ship with this file's types. */
export interface SizeOverrides {
  readonly cpu?: string;
  readonly memory?: string;
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
}

/** How a task becomes one of that size. A size that the stack has no more is the default one. */
export function overridesFor(size: string | undefined, sizes: SandboxSizes): SizeOverrides {
  const resources = size === undefined || !Object.hasOwn(sizes, size) ? undefined : sizes[size];
  if (!resources) return {};
  const { cpu, memoryMiB, storageGiB } = resources;
  return {
    cpu: String(cpu),
    memory: String(memoryMiB),
    ...(storageGiB === undefined ? {} : { ephemeralStorage: { sizeInGiB: storageGiB } }),
  };
}
