import { createBedrockModel } from '../aws/bedrock-model';
import { createClaudePlatformModel } from '../aws/claude-platform-model';
import { createAnthropicModel } from '../model/anthropic';
import type { ModelProvider } from '../model/port';
import type { Closing } from './closing';
import { createOfflineModel } from './offline-model';

/** Who answers: the model that needs nobody, a server of the Messages API, or AWS with the credentials of this machine. */
export type ModelChoice =
  | { readonly type: 'offline' }
  | {
      readonly type: 'messages_api';
      /** @default - the model API itself */
      readonly baseUrl?: string;
      /** @default - none; some servers of one's own want no key */
      readonly apiKey?: string;
    }
  | {
      readonly type: 'bedrock';
      readonly region: string;
      /** The models that agents may name, to what Bedrock calls them. */
      readonly models: Readonly<Record<string, string>>;
      /** @default - the Region's own endpoint */
      readonly baseURL?: string;
    }
  | {
      readonly type: 'claude_platform';
      readonly region: string;
      readonly workspaceId: string;
      /** @default - the Region's own endpoint */
      readonly baseURL?: string;
    };

export interface OpenModel {
  readonly provider: ModelProvider;
  /** For a person: who answers. */
  readonly description: string;
}

const NO_KEY = 'none';

/** Makes the provider; the offline model is started, and reached as any other one is. */
export async function openModel(choice: ModelChoice, closing: Closing): Promise<OpenModel> {
  switch (choice.type) {
    case 'offline': {
      const server = await createOfflineModel();
      closing.add(() => server.close());
      return {
        provider: createAnthropicModel({ apiKey: NO_KEY, baseURL: server.url }),
        description: 'offline: it plays the part, and calls tools for real (set ANTHROPIC_API_KEY for a real one)',
      };
    }
    case 'messages_api': {
      const { apiKey = NO_KEY, baseUrl: baseURL } = choice;
      return {
        provider: createAnthropicModel({ apiKey, baseURL }),
        description: `the Messages API at ${baseURL === undefined ? 'api.anthropic.com' : new URL(baseURL).host}`,
      };
    }
    case 'bedrock':
      return { provider: createBedrockModel(choice), description: `Claude on Amazon Bedrock in ${choice.region}` };
    case 'claude_platform':
      return { provider: createClaudePlatformModel(choice), description: `Claude Platform on AWS in ${choice.region}` };
  }
}
