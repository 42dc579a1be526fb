import { createAnthropicModel } from '../model/anthropic';
import type { ModelProvider } from '../model/port';
import type { Closing } from './closing';
import { createOfflineModel } from './offline-model';

/** Who answers: the model that needs nobody, or a server of the Messages API. */
export type ModelChoice =
  | { readonly type: 'offline' }
  | {
      readonly type: 'messages_api';
      /** @default - the model API itself */
      readonly baseUrl?: string;
      /** @default - none; some servers of one's own want no key */
      readonly apiKey?: string;
    };

export interface OpenModel {
  readonly provider: ModelProvider;
  /** For a person: who answers. */
  readonly description: string;
}

const NO_KEY = 'none';

/** Makes the provider; the offline model is started, and reached as any other one is. */
export async function openModel(choice: ModelChoice, closing: Closing): Promise<OpenModel> {
  if (choice.type === 'offline') {
    const server = await createOfflineModel();
    closing.add(() => server.close());
    return {
      provider: createAnthropicModel({ apiKey: NO_KEY, baseURL: server.url }),
      description: 'offline: it plays the part, and calls tools for real (set ANTHROPIC_API_KEY for a real one)',
    };
  }
  const { apiKey = NO_KEY, baseUrl: baseURL } = choice;
  return {
    provider: createAnthropicModel({ apiKey, baseURL }),
    description: `the Messages API at ${baseURL === undefined ? 'api.anthropic.com' : new URL(baseURL).host}`,
  };
}
