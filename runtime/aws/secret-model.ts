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

/** A key that was replaced is used no longer than this. */
const REMEMBERED_FOR: Micros = 300 * MICROS_PER_SECOND;

const NO_KEY = 'The secret of the model key is empty. Put the key of the model API into it.';

/** The Messages API with a key that is read when it is needed and kept in memory for minutes, never in a variable. */
export function createSecretModel({ client, clock, secretArn, baseURL }: SecretModelOptions): ModelProvider {
  let known: { readonly model: ModelProvider; readonly until: Micros } | undefined;

  async function open(): Promise<ModelProvider> {
    if (known && known.until > clock.now()) return known.model;
    const apiKey = await readKey();
    known = { model: createAnthropicModel({ apiKey, baseURL }), until: clock.now() + REMEMBERED_FOR };
    return known.model;
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

  /** Whatever is refused for good may have been refused because of the key: the next request reads it again. */
  async function use<T>(act: (model: ModelProvider) => Promise<T>): Promise<T> {
    try {
      return await act(await open());
    } catch (error) {
      if (error instanceof ModelError && !error.transient) known = undefined;
      throw error;
    }
  }

  return {
    respond: (request, options) => use((model) => model.respond(request, options)),
    models: () => use((model) => model.models()),
  };
}
