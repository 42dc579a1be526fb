import { SETTINGS } from '../runtime/aws/settings';
import type { TokenPrices } from '../runtime/model/prices';
import type { ModelProvider } from './model-provider';

/**
 * The variables that tell every function which models there are and what they cost.
 *
 * @throws when a price could not be meant.
 */
export function modelEnvironment(
  { models }: ModelProvider,
  prices: Readonly<Record<string, TokenPrices>> = {},
): Record<string, string> {
  for (const [id, price] of Object.entries(prices)) {
    for (const [name, dollars] of Object.entries(price)) {
      if (Number.isFinite(dollars) && dollars >= 0) continue;
      throw new Error(`modelPrices: ${name} of ${id} is ${dollars}. Give dollars for a million tokens, such as 3.75`);
    }
  }
  return {
    ...(models ? { [SETTINGS.listedModels]: models.join(',') } : {}),
    ...(Object.keys(prices).length > 0 ? { [SETTINGS.modelPrices]: JSON.stringify(prices) } : {}),
  };
}
