import { AnthropicAws } from '@anthropic-ai/aws-sdk';
import { modelsOf } from '../model/anthropic';
import { CLIENT_OPTIONS, createMessagesModel, DEFAULT_TIMEOUT_MS } from '../model/messages';
import type { ModelProvider } from '../model/port';
import type { SigningIdentity } from './signing-identity';

export interface ClaudePlatformModelOptions {
  /** The Region of the workspace. */
  readonly region: string;
  /** The workspace's id (`wrkspc_...`). */
  readonly workspaceId: string;
  /** Who signs. @default - whoever this process is to AWS */
  readonly credentials?: SigningIdentity;
  /** @default - the Region's own endpoint */
  readonly baseURL?: string;
}

/** Claude Platform on AWS: the model API with all that it can, for which requests are signed instead of carrying a key. */
export function createClaudePlatformModel(options: ClaudePlatformModelOptions): ModelProvider {
  const { region, workspaceId, credentials, baseURL } = options;
  const client = new AnthropicAws({
    ...CLIENT_OPTIONS,
    awsRegion: region,
    workspaceId,
    timeout: DEFAULT_TIMEOUT_MS,
    // Named, so that the client looks for neither in its environment.
    apiKey: null,
    baseURL: baseURL ?? `https://aws-external-anthropic.${region}.api.aws`,
    ...(credentials ? { providerChainResolver: async () => credentials } : {}),
  });
  return createMessagesModel({ client, models: () => modelsOf(client) });
}
