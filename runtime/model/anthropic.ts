import Anthropic, { APIError } from '@anthropic-ai/sdk';
import type { BetaModelInfo } from '@anthropic-ai/sdk/resources/beta/models';
import { listedModels } from './catalogue';
import { CLIENT_OPTIONS, createMessagesModel, DEFAULT_TIMEOUT_MS } from './messages';
import type { ModelProvider } from './port';

/** The model API's own address. It is named here so that the client does not look for another in its environment. */
const DEFAULT_BASE_URL = 'https://api.anthropic.com';

/** Where the model is, and who asks. */
export interface AnthropicModelOptions {
  readonly apiKey: string;
  /** Any endpoint that speaks the Messages API. @default - the model API itself */
  readonly baseURL?: string;
  /** How long to wait until an answer begins, in milliseconds. @default - ten minutes */
  readonly timeoutMs?: number;
}

/** The model API, or an endpoint that speaks as it does, with a key. */
export function createAnthropicModel({ apiKey, baseURL, timeoutMs }: AnthropicModelOptions): ModelProvider {
  const client = new Anthropic({
    ...CLIENT_OPTIONS,
    apiKey,
    baseURL: baseURL ?? DEFAULT_BASE_URL,
    timeout: timeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  return createMessagesModel({ client, models: () => modelsOf(client), secret: apiKey });
}

/** The endpoint's own list, or the public one when the endpoint has none. */
export async function modelsOf(client: Anthropic): Promise<BetaModelInfo[]> {
  try {
    const found: BetaModelInfo[] = [];
    for await (const model of client.beta.models.list({ limit: 1000 })) found.push(model);
    return found;
  } catch (error) {
    if (error instanceof APIError && (error.status === 404 || error.status === 405 || error.status === 501)) {
      return listedModels();
    }
    throw error;
  }
}
