/** What the harness asks of a model, whoever serves it. */
import type {
  BetaContentBlock,
  MessageCreateParamsNonStreaming,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { BetaModelInfo } from '@anthropic-ai/sdk/resources/beta/models';
import type { StopDetails } from '../contract/wire';

/** The bytes of a request, but for whether it streams. `betas` become the `anthropic-beta` header. */
export type ModelRequest = MessageCreateParamsNonStreaming;

/** Tokens of one request, as the model API counts them. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly webSearches: number;
  readonly speed?: 'standard' | 'fast';
  /**
   * How full the context was after the answer. It differs from the sum of the counts when the model API ran server tools
   * (each of its rounds counts the context again) or compacted the context on the way.
   */
  readonly contextTokens?: number;
}

export interface ModelResponse {
  /** The model's blocks, complete and unaltered, as they must be sent back. After an interrupt: what text there was. */
  readonly blocks: readonly BetaContentBlock[];
  /** The API's stop reason, or `interrupted` when the caller's signal ended the stream. */
  readonly stopReason: string;
  readonly stopDetails: StopDetails;
  readonly usage: ModelUsage;
}

/** What is known while the response is being made. `block` is the index of the model's content block. */
export type ModelProgress =
  | { readonly type: 'thinking_started'; readonly block: number }
  | { readonly type: 'text_started'; readonly block: number }
  | { readonly type: 'text'; readonly block: number; readonly text: string };

/** How a model request failed, in the words of `session.error` (reference 6.4). */
export type ModelFailure =
  | 'model_overloaded_error'
  | 'model_rate_limited_error'
  | 'model_request_failed_error'
  | 'billing_error'
  | 'context_overflow'
  | 'unknown_error';

/** A model request that gave no response. The message may be shown: it holds no key and no header. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly failure: ModelFailure,
    /** Whether the same request may succeed later. */
    readonly transient: boolean,
    message: string,
    /** What the server asked for, if it did. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

export interface ModelProvider {
  /** Streams one response. Rejects with a ModelError; an abort resolves with what there was (`interrupted`). */
  respond(
    request: ModelRequest,
    options: { signal?: AbortSignal; onProgress?: (progress: ModelProgress) => void },
  ): Promise<ModelResponse>;
  /** The models that can be named, newest first. */
  models(): Promise<readonly BetaModelInfo[]>;
}

/** List prices of a model in nano-dollars a token (US$ 1 per million tokens = 1,000). */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Writing to the cache for five minutes, the only kind this service asks for. */
  readonly cacheWrite: number;
  /** What all four are multiplied by when the request was served in fast mode. */
  readonly fastFactor?: number;
  /** What all four are multiplied by when the whole prompt, cached parts included, is longer than `tokens`. */
  readonly longPrompt?: { readonly tokens: number; readonly factor: number };
}

/** What is known of a model without asking anybody. */
export interface ModelTraits {
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  /** Undefined when it has no public list price: a budget cannot measure it. */
  readonly price?: ModelPrice;
  /** The effort that an agent gets when it names none; undefined where the model has no such setting. */
  readonly defaultEffort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  readonly adaptiveThinking: boolean;
  /** Whether the model API checks that nothing before a thinking block has changed since the model wrote it. */
  readonly boundThinking: boolean;
  /** Whether a `system` turn may stand in the middle of a conversation (reference 6.2). */
  readonly midConversationSystem: boolean;
  /** Whether the model API compacts its context by itself. */
  readonly nativeCompaction: boolean;
}
