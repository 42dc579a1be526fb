import { readBedrockNames } from '../runtime/model/bedrock-names';
import type { TokenPrices } from '../runtime/model/prices';
import type { Choice, ContextChoices } from './context-choices';
import { ModelProvider } from './model-provider';

/** Which further choices belong to a provider. */
const BELONGING: Readonly<Record<string, readonly Choice[]>> = {
  anthropic: ['modelBaseUrl'],
  bedrock: ['bedrockModels', 'modelRegion'],
  'claude-platform': ['modelWorkspace', 'modelRegion'],
};

/** What the context says of the model's provider. @throws Error for a value that means nothing. */
export function modelFrom(choices: ContextChoices): ModelProvider {
  const provider = choices.pick('modelProvider', {
    anthropic: 'anthropic',
    bedrock: 'bedrock',
    'claude-platform': 'claude-platform',
  });
  for (const key of ['modelBaseUrl', 'bedrockModels', 'modelWorkspace', 'modelRegion'] as const) {
    if (choices.text(key) !== undefined && !BELONGING[provider]?.includes(key)) {
      throw new Error(
        `context ${key}: says nothing with modelProvider=${provider}. Leave it out, or choose another provider`,
      );
    }
  }
  const region = choices.text('modelRegion');
  if (provider === 'bedrock')
    return ModelProvider.bedrock({ models: bedrockModels(choices.text('bedrockModels')), region });
  if (provider === 'claude-platform') {
    return ModelProvider.claudePlatform({ workspaceId: choices.text('modelWorkspace') ?? '', region });
  }
  return ModelProvider.anthropicApi({ baseUrl: choices.text('modelBaseUrl') });
}

function bedrockModels(text = ''): Readonly<Record<string, string>> {
  const models = readBedrockNames(text);
  if (Object.keys(models).length > 0) return models;
  throw new Error(
    'context bedrockModels: name the models, such as claude-opus-5-5,claude-sonnet-5=eu.anthropic.claude-sonnet-5',
  );
}

const PRICE_KEYS: readonly string[] = ['input', 'output', 'cacheRead', 'cacheWrite'] satisfies (keyof TokenPrices)[];

/** What the context says that models cost. @throws Error for a value that means nothing. */
export function pricesFrom(choices: ContextChoices): Readonly<Record<string, TokenPrices>> | undefined {
  const prices = choices.object('modelPrices');
  return prices && Object.fromEntries(Object.entries(prices).map(([id, price]) => [id, priceFrom(id, price)]));
}

function priceFrom(id: string, value: unknown): TokenPrices {
  const given = Object.entries(value ?? {});
  const { input, output, ...cache } = Object.fromEntries(given) as Readonly<Record<string, unknown>>;
  const isWhole = typeof input === 'number' && typeof output === 'number';
  if (!isWhole || given.some(([key, part]) => !PRICE_KEYS.includes(key) || typeof part !== 'number')) {
    throw new Error(
      `context modelPrices.${id}: write it as {"input": 3, "output": 15}, with "cacheRead" and "cacheWrite" where they are not the usual ones`,
    );
  }
  return { input, output, ...cache };
}
