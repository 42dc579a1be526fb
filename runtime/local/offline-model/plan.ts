import type {
  BetaContentBlock,
  BetaRefusalStopDetails,
  BetaStopReason,
  MessageCreateParamsBase,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';

/** A request of the Messages API, checked, with the betas that its header names. */
export type ModelServerRequest = MessageCreateParamsBase & { readonly betas: readonly string[] };

/** A block as the brain thinks of it. Ids and signatures are the server's to make; any other block goes out as it is. */
export type PlannedBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string }
  | {
      readonly type: 'tool_use';
      readonly name: string;
      /** A text is sent as it is, even where it is no JSON: so ends a call that ran into the output limit. */
      readonly input: Readonly<Record<string, unknown>> | string;
    }
  | Exclude<BetaContentBlock, { type: 'text' | 'thinking' | 'tool_use' }>;

/** An answer in words and calls. */
export interface AnswerPlan {
  readonly blocks: readonly PlannedBlock[];
  /** @default - `tool_use` when there is a call, else `end_turn` */
  readonly stopReason?: BetaStopReason;
  readonly stopDetails?: BetaRefusalStopDetails;
  /** Counts other than those that the server works out from the request and the answer. */
  readonly usage?: Partial<Usage>;
  /** Milliseconds before the answer begins, and between its pieces. */
  readonly beforeMs?: number;
  readonly betweenMs?: number;
  /** Makes a stream end early, after all of its blocks: without a word, or with an error event of this type. */
  readonly breaksWith?: 'silence' | 'overloaded_error' | 'rate_limit_error' | 'api_error';
}

/** An answer that is an error. */
export interface ErrorPlan {
  readonly error: { readonly status: number; readonly type: string; readonly message: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export type ResponsePlan = AnswerPlan | ErrorPlan;

/** Decides what to answer. The signal aborts when the client has gone. */
export type Respond = (request: ModelServerRequest, signal: AbortSignal) => ResponsePlan | Promise<ResponsePlan>;

/** Tokens as the API counts them. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

/** The error of a request that is wrong, in the API's words. */
export const refusedRequest = (message: string): ErrorPlan => ({
  error: { status: 400, type: 'invalid_request_error', message },
});
