/** What leads to the model, from the settings of the stack. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../contract/time';
import type { ModelProvider } from '../model/port';
import { createSecretModel } from './secret-model';
import { hasSetting, readSetting } from './settings';

/** The Messages API with a key from a secret. */
export function openSecretModel(): ModelProvider {
  return createSecretModel({
    client: new SecretsManagerClient({}),
    clock: systemClock,
    secretArn: readSetting('modelKeySecret'),
    baseURL: hasSetting('modelBaseUrl') ? readSetting('modelBaseUrl') : undefined,
  });
}
