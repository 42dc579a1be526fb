import type Anthropic from '@anthropic-ai/sdk';
import type { BetaModelInfo } from '@anthropic-ai/sdk/resources/beta/models';
import { ResponseAssembly } from './assembly';
import { cutStream, toModelError } from './failures';
import { piecewiseFetch } from './piecewise-fetch';
import type { ModelProvider, ModelRequest, ModelResponse } from './port';

/** How long to wait for the beginning of an answer. A long prompt in a busy hour may take minutes. */
export const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * What every official client is given. The client's own retries are off: the harness retries, so that each try stands in the
 * log and no try outlives the wake that made it. A context may be as long as the model API takes, 32 MB.
 */
export const CLIENT_OPTIONS = { maxRetries: 0, logLevel: 'off', fetch: piecewiseFetch } as const;

/** What the official clients have in common, whatever way leads to the model. */
export interface MessagesClient {
  readonly beta: { readonly messages: Pick<Anthropic['beta']['messages'], 'create'> };
}

export interface MessagesModelOptions {
  readonly client: MessagesClient;
  /** The models that can be named, newest first. */
  readonly models: () => Promise<readonly BetaModelInfo[]>;
  /** The request in the form that the way to the model takes. @default - as it is */
  readonly adapt?: (request: ModelRequest) => ModelRequest;
  /** The credential that no error may repeat. @default - none: requests are signed */
  readonly secret?: string;
}

/** The Messages API as a model provider, through an official client. */
export function createMessagesModel(options: MessagesModelOptions): ModelProvider {
  const { client, models, adapt = (request) => request, secret = '' } = options;
  const rethrow = (error: unknown): never => {
    throw toModelError(error, secret);
  };
  return {
    respond: async (request, { signal, onProgress }) => {
      const assembly = new ResponseAssembly(onProgress ?? (() => undefined));
      return stream(client, adapt(request), signal, assembly).catch(rethrow);
    },
    models: () => models().catch(rethrow),
  };
}

async function stream(
  client: MessagesClient,
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
