import type { ModelPrice, ModelTraits, ModelUsage } from './port';

const LONG_CONTEXT = 1_000_000;
const SHORT_CONTEXT = 200_000;

/** Nano-dollars a token from US dollars per million tokens. */
const nano = (dollars: number): number => Math.round(dollars * 1_000);

/** What makes a price, beside input and output: dollars per million tokens, and what multiplies all of it. */
interface PriceExtras extends Pick<ModelPrice, 'fastFactor' | 'longPrompt'> {
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** A row's price: reading from the cache costs a tenth of input unless it says otherwise, writing to it a quarter more. */
export function price(input: number, output: number, extras: PriceExtras = {}): ModelPrice {
  const { cacheRead = input / 10, cacheWrite = input * 1.25, ...factors } = extras;
  return {
    input: nano(input),
    output: nano(output),
    cacheRead: nano(cacheRead),
    cacheWrite: nano(cacheWrite),
    ...factors,
  };
}

/** What the current generation has in common; a family's row says where it differs. */
const CURRENT = {
  contextWindow: LONG_CONTEXT,
  maxOutputTokens: 128_000,
  defaultEffort: 'high',
  adaptiveThinking: true,
  boundThinking: false,
  midConversationSystem: true,
  nativeCompaction: true,
} as const satisfies ModelTraits;

/** Models from before adaptive thinking. */
const EARLIER = {
  contextWindow: SHORT_CONTEXT,
  maxOutputTokens: 64_000,
  adaptiveThinking: false,
  boundThinking: false,
  midConversationSystem: false,
  nativeCompaction: false,
} as const satisfies ModelTraits;

/**
 * Traits by model family: the id without its date. Prices are the public list prices of the model API in US dollars per
 * million tokens (https://platform.claude.com/docs/en/about-claude/pricing, as of November 2026); the rest is what its model
 * pages say. A deployment that pays other prices, or that serves models not listed here, passes its own rows to
 * `createTraits`, which win over these.
 */
export const PUBLIC_TRAITS: Readonly<Record<string, ModelTraits>> = {
  'claude-fable-5-2': { ...CURRENT, boundThinking: true, price: price(8, 40, { cacheRead: 0.2, fastFactor: 2 }) },
  'claude-mythos-5-2': { ...CURRENT, boundThinking: true, price: price(8, 40, { cacheRead: 0.2 }) },
  'claude-fable-5-1': { ...CURRENT, boundThinking: true, price: price(10, 50, { cacheRead: 0.25 }) },
  'claude-mythos-5-1': { ...CURRENT, boundThinking: true, price: price(10, 50, { cacheRead: 0.25 }) },
  'claude-fable-5': { ...CURRENT, price: price(10, 50) },
  'claude-mythos-5': { ...CURRENT, price: price(10, 50) },
  'claude-opus-5-5': {
    ...CURRENT,
    boundThinking: true,
    defaultEffort: 'medium',
    price: price(4, 20, { cacheRead: 0.2, fastFactor: 2 }),
  },
  'claude-opus-5': { ...CURRENT, price: price(5, 25, { fastFactor: 2 }) },
  'claude-opus-4-8': { ...CURRENT, price: price(5, 25, { fastFactor: 2 }) },
  'claude-opus-4-7': { ...CURRENT, midConversationSystem: false, price: price(5, 25) },
  'claude-opus-4-6': { ...CURRENT, midConversationSystem: false, price: price(5, 25) },
  'claude-opus-4-5': { ...EARLIER, defaultEffort: 'high', price: price(5, 25) },
  'claude-sonnet-5-5': { ...CURRENT, boundThinking: true, price: price(2, 10, { cacheRead: 0.1 }) },
  'claude-sonnet-5': { ...CURRENT, midConversationSystem: false, price: price(2, 10) },
  'claude-sonnet-4-6': { ...CURRENT, midConversationSystem: false, maxOutputTokens: 64_000, price: price(3, 15) },
  'claude-sonnet-4-5': { ...EARLIER, price: price(3, 15) },
  'claude-haiku-5-5': {
    ...CURRENT,
    boundThinking: true,
    defaultEffort: 'medium',
    price: price(0.1, 0.5, { longPrompt: { tokens: 100_000, factor: 5 } }),
  },
  'claude-haiku-4-5': { ...EARLIER, price: price(1, 5) },
};

/** What is safe to assume of a model that nobody described. It has no price, so a session of it cannot have a budget. */
const UNKNOWN: ModelTraits = { ...EARLIER, maxOutputTokens: 32_000 };

/** Finds a model's traits. A dated id (`claude-haiku-4-5-20251001`) has those of its family. */
export type TraitsOf = (modelId: string) => ModelTraits;

/** The lookup over the public table, in which a deployment's own rows come first. */
export function createTraits(own: Readonly<Record<string, ModelTraits>> = {}): TraitsOf {
  const table = new Map(Object.entries({ ...PUBLIC_TRAITS, ...own }));
  return (modelId) => table.get(modelId) ?? table.get(modelId.replace(/-\d{8}$/, '')) ?? UNKNOWN;
}

/** The lookup over the public table alone. */
export const traitsOf: TraitsOf = createTraits();

/** What a request costs at list price, in whole nano-dollars. */
export function costNanoUsd(list: ModelPrice, usage: ModelUsage): number {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const long = list.longPrompt && prompt > list.longPrompt.tokens ? list.longPrompt.factor : 1;
  const fast = usage.speed === 'fast' ? (list.fastFactor ?? 1) : 1;
  const tokens =
    usage.inputTokens * list.input +
    usage.outputTokens * list.output +
    usage.cacheReadTokens * list.cacheRead +
    usage.cacheWriteTokens * list.cacheWrite;
  return Math.round(tokens * long * fast);
}
