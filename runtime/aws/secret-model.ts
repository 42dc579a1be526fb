import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Clock, Micros } from '../contract/time';
import { MICROS_PER_SECOND } from '../contract/time';
import { createAnthropicModel } from '../model/anthropic';
import { ModelError, type ModelProvider } from '../model/port';

export interface SecretModelOptions {
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
  /** The ARN of the secret whose whole text is the key. */
  readonly secretArn: string;
  /** @default - the model API's own address */
  readonly baseURL?: string;
}

/** A key that was read so long ago is read again, while the request at hand goes out with it. */
const STALE_AFTER: Micros = 10 * MICROS_PER_SECOND;
/** One that was read so long ago is not used any more. */
const REMEMBERED_FOR: Micros = 300 * MICROS_PER_SECOND;

/** A key, what speaks with it, and when it was read. */
interface Known {
  readonly apiKey: string;
  readonly model: ModelProvider;
  readonly readAt: Micros;
}

const NO_KEY = 'The secret of the model key is empty. Put the key of the model API into it.';

/**
 * The Messages API with a key that is read when it is needed and kept in memory for minutes, never in a variable. A key that was
 * replaced reaches a harness at work with its next request but one, and at once where the old one is refused.
 */
export function createSecretModel({ client, clock, secretArn, baseURL }: SecretModelOptions): ModelProvider {
  let known: Known | undefined;

  async function open(): Promise<Known> {
    const now = clock.now();
    if (!known || known.readAt + REMEMBERED_FOR <= now) return read();
    // No first token waits for it. If it fails, the key that is known is as good as it was.
    if (known.readAt + STALE_AFTER <= now) read().catch(() => undefined);
    return known;
  }

  async function read(): Promise<Known> {
    const readAt = clock.now();
    const apiKey = await readKey();
    const model = known?.apiKey === apiKey ? known.model : createAnthropicModel({ apiKey, baseURL });
    known = { apiKey, model, readAt };
    return known;
  }

  async function readKey(): Promise<string> {
    try {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
      const key = SecretString.trim();
      if (key !== '') return key;
    } catch (error) {
      // A secret without a value reads as absent, and so does one that was deleted.
      if (!(error instanceof ResourceNotFoundException)) {
        throw new ModelError('unknown_error', true, 'The model key could not be read.');
      }
    }
    throw new ModelError('model_request_failed_error', false, NO_KEY);
  }

  /** Whatever is refused for good may have been refused because of the key: a new one is tried at once. */
  async function use<T>(act: (model: ModelProvider) => Promise<T>): Promise<T> {
    const used = await open();
    try {
      return await act(used.model);
    } catch (error) {
      if (!(error instanceof ModelError) || error.transient) throw error;
      const now = await read().catch(() => undefined);
      if (now === undefined || now.apiKey === used.apiKey) throw error;
      return act(now.model);
    }
  }

  return {
    respond: (request, options) => use((model) => model.respond(request, options)),
    models: () => use((model) => model.models()),
  };
}
