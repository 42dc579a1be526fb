import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import type { BetaCacheControlEphemeral } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { listedModels } from '../model/catalogue';
import { CLIENT_OPTIONS, createMessagesModel, DEFAULT_TIMEOUT_MS } from '../model/messages';
import { ModelError, type ModelProvider, type ModelRequest } from '../model/port';
import type { SigningIdentity } from './signing-identity';

/** The model that agents name, to what Bedrock calls it: a model's id, an inference profile's, or the ARN of one. */
export type BedrockModels = Readonly<Record<string, string>>;

export interface BedrockModelOptions {
  readonly region: string;
  readonly models: BedrockModels;
  /** Who signs. @default - whoever this process is to AWS */
  readonly credentials?: SigningIdentity;
  /** @default - the Region's own endpoint */
  readonly baseURL?: string;
}

/** Claude on Amazon Bedrock, by InvokeModelWithResponseStream. */
export function createBedrockModel({ region, models, credentials, baseURL }: BedrockModelOptions): ModelProvider {
  const client = new AnthropicBedrock({
    ...CLIENT_OPTIONS,
    awsRegion: region,
    timeout: DEFAULT_TIMEOUT_MS,
    // Named, so that the client looks for neither in its environment.
    apiKey: null,
    baseURL: baseURL ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    ...(credentials ? { providerChainResolver: async () => credentials } : {}),
  });
  return createMessagesModel({
    client,
    adapt: (request) => forBedrock(request, models),
    models: async () => listedModels(Object.keys(models)),
  });
}

const EPHEMERAL: BetaCacheControlEphemeral = { type: 'ephemeral' };
const FAST_MODE = /^fast-mode-/;

/**
 * The request as Bedrock takes it: its own name of the model, and without what it does not have: the tools that the model API
 * runs itself, fast mode, a choice of where to run, and the cache marker that moves along by itself. Markers of our own at the
 * ends of the system prompt and of the conversation take that one's place.
 *
 * @throws ModelError when the deployment has no such model.
 */
export function forBedrock(request: ModelRequest, models: BedrockModels): ModelRequest {
  const { model, cache_control: _automatic, inference_geo: _where, speed: _speed, tools, betas, ...rest } = request;
  const named = Object.hasOwn(models, model) ? models[model] : undefined;
  if (named === undefined) {
    const message = `This deployment has no model ${model} on Amazon Bedrock. It has ${Object.keys(models).join(', ')}.`;
    throw new ModelError('model_request_failed_error', false, message);
  }
  const kept = tools?.filter((tool) => !('type' in tool) || tool.type === 'custom' || tool.type == null);
  const supported = betas?.filter((beta) => !FAST_MODE.test(beta));
  return {
    ...rest,
    model: named,
    ...(rest.system === undefined ? {} : { system: markedSystem(rest.system) }),
    messages: markedMessages(rest.messages),
    ...(kept?.length ? { tools: kept } : {}),
    ...(supported?.length ? { betas: supported } : {}),
  };
}

function markedSystem(system: NonNullable<ModelRequest['system']>): NonNullable<ModelRequest['system']> {
  if (typeof system === 'string' || system.length === 0) return system;
  return system.map((block, i) => (i === system.length - 1 ? { ...block, cache_control: EPHEMERAL } : block));
}

/** The marker goes to the last block of the last message; where that cannot have one, this request goes without. */
function markedMessages(messages: ModelRequest['messages']): ModelRequest['messages'] {
  const last = messages.at(-1);
  if (last?.role !== 'user') return messages;
  const blocks = typeof last.content === 'string' ? [{ type: 'text' as const, text: last.content }] : last.content;
  const end = blocks.at(-1);
  if (end?.type !== 'text' && end?.type !== 'tool_result' && end?.type !== 'image' && end?.type !== 'document') {
    return messages;
  }
  return [
    ...messages.slice(0, -1),
    { ...last, content: [...blocks.slice(0, -1), { ...end, cache_control: EPHEMERAL }] },
  ];
}
