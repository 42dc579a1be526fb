import Anthropic, { APIError } from '@anthropic-ai/sdk';
import type { BetaModelInfo } from '@anthropic-ai/sdk/resources/beta/models';
import { ResponseAssembly } from './assembly';
import { listedModels } from './catalogue';
import { cutStream, toModelError } from './failures';
import type { ModelProvider, ModelRequest, ModelResponse } from './port';

/** The model API's own address. It is named here so that the client does not look for another in its environment. */
const DEFAULT_BASE_URL = 'https://api.anthropic.com';
/** How long to wait for the beginning of an answer. A long prompt in a busy hour may take minutes. */
const DEFAULT_TIMEOUT_MS = 600_000;

/** Where the model is, and who asks. */
export interface AnthropicModelOptions {
  readonly apiKey: string;
  /** Any endpoint that speaks the Messages API. @default - the model API itself */
  readonly baseURL?: string;
  /** How long to wait until an answer begins, in milliseconds. @default - ten minutes */
  readonly timeoutMs?: number;
}

/**
 * The Messages API as a model provider, through the official client. The client's own retries are off: the harness retries,
 * so that each try stands in the log and no try outlives the wake that made it.
 */
export function createAnthropicModel(options: AnthropicModelOptions): ModelProvider {
  const client = new Anthropic({
    apiKey: options.apiKey,
    baseURL: options.baseURL ?? DEFAULT_BASE_URL,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxRetries: 0,
    logLevel: 'off',
  });
  return {
    respond: (request, { signal, onProgress }) =>
      stream(client, request, signal, new ResponseAssembly(onProgress ?? (() => undefined))).catch((error: unknown) => {
        throw toModelError(error, options.apiKey);
      }),
    models: () =>
      models(client).catch((error: unknown) => {
        throw toModelError(error, options.apiKey);
      }),
  };
}

async function stream(
  client: Anthropic,
  request: ModelRequest,
  signal: AbortSignal | undefined,
  assembly: ResponseAssembly,
): Promise<ModelResponse> {
  try {
    const events = await client.beta.messages.create({ ...request, stream: true }, { signal });
    for await (const event of events) {
      // What is already buffered still comes out after an abort; it must not be reported any more.
      if (signal?.aborted) break;
      assembly.take(event);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  if (assembly.complete) return assembly.finished();
  if (signal?.aborted) return assembly.interrupted();
  throw cutStream();
}

/** The endpoint's own list, or the public one when the endpoint has none. */
async function models(client: Anthropic): Promise<BetaModelInfo[]> {
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
