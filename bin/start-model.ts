import { readBedrockNames } from '../runtime/model/bedrock-names';
import type { ModelChoice } from '../runtime/local/model-choice';
import { UsageError } from './usage';

/** The options of `start` that say who answers. */
export const MODEL_OPTIONS = {
  'model-provider': { type: 'string', default: 'anthropic' },
  'model-url': { type: 'string' },
  'model-key': { type: 'string' },
  'model-region': { type: 'string' },
  'model-workspace': { type: 'string' },
  'bedrock-models': { type: 'string' },
} as const;

type ModelValues = { readonly 'model-provider': string } & {
  readonly [K in Exclude<keyof typeof MODEL_OPTIONS, 'model-provider'>]?: string;
};

/**
 * Who answers, by the options and the environment.
 *
 * @throws UsageError for what means nothing, or is missing.
 */
export function chooseModel(values: ModelValues, environment: NodeJS.ProcessEnv = process.env): ModelChoice {
  switch (values['model-provider']) {
    case 'anthropic':
      return messagesApi(values, environment);
    case 'bedrock': {
      const models = readBedrockNames(values['bedrock-models'] ?? '');
      if (Object.keys(models).length === 0) {
        throw new UsageError('--model-provider bedrock: name the models, as in --bedrock-models claude-opus-5-5.');
      }
      return { type: 'bedrock', region: regionOf(values, environment), models, baseURL: urlOf(values) };
    }
    case 'claude-platform': {
      const workspaceId = values['model-workspace'] ?? environment.ANTHROPIC_AWS_WORKSPACE_ID;
      if (!workspaceId)
        throw new UsageError('--model-provider claude-platform: name the workspace: --model-workspace ID.');
      return { type: 'claude_platform', region: regionOf(values, environment), workspaceId, baseURL: urlOf(values) };
    }
    default:
      throw new UsageError(
        `--model-provider ${values['model-provider']}: the providers are anthropic, bedrock and claude-platform.`,
      );
  }
}

function messagesApi(values: ModelValues, environment: NodeJS.ProcessEnv): ModelChoice {
  const baseUrl = urlOf(values, environment.MODEL_BASE_URL);
  const apiKey = values['model-key'] ?? (environment.MODEL_API_KEY || environment.ANTHROPIC_API_KEY || undefined);
  if (baseUrl === undefined && apiKey === undefined) return { type: 'offline' };
  return { type: 'messages_api', baseUrl, apiKey };
}

/** An endpoint in place of the provider's own. */
function urlOf(values: ModelValues, otherwise?: string): string | undefined {
  const url = values['model-url'] ?? (otherwise || undefined);
  if (url !== undefined && !URL.canParse(url)) throw new UsageError(`${url} is no URL of a model.`);
  return url;
}

function regionOf(values: ModelValues, environment: NodeJS.ProcessEnv): string {
  const region = values['model-region'] ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (!region) throw new UsageError(`--model-provider ${values['model-provider']}: name the Region: --model-region R.`);
  return region;
}
