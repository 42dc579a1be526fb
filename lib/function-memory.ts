/**
 * The memory of the functions in MiB, unless chosen otherwise. It is what they were seen to take with the largest conversation
 * that the model API accepts, and some more (`npm run test:lambda` prints it, docs/cost.md has the figures): a harness that runs
 * out of memory would do so again with each attempt. The processor's share grows with it.
 */
export const FUNCTION_MEMORY_MIB = { api: 512, stream: 192, bell: 128, harness: 384, sweeper: 256 } as const;
