import type {
  BetaContentBlock,
  BetaIterationsUsage,
  BetaRawContentBlockDelta,
  BetaRawMessageStreamEvent,
  BetaRefusalStopDetails,
  BetaUsage,
  BetaMessageDeltaUsage,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { ModelProgress, ModelResponse, ModelUsage } from './port';

/** A block that is being streamed. Tool input arrives as pieces of JSON text that make sense only together. */
interface Draft {
  block: BetaContentBlock;
  json: string;
  announced: boolean;
}

/** The numbers that the stream repeats, each time with the newest value. */
type Counts = Pick<
  BetaUsage,
  'input_tokens' | 'output_tokens' | 'cache_read_input_tokens' | 'cache_creation_input_tokens'
>;

/**
 * Puts a streamed response together, block by block, as it must later be sent back to the model. It keeps what it does not
 * know: a block that arrives whole is passed on untouched.
 */
export class ResponseAssembly {
  private readonly drafts = new Map<number, Draft>();
  private counts: Counts = {
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  private iterations: BetaIterationsUsage | null = null;
  private webSearches = 0;
  private speed: 'standard' | 'fast' | null = null;
  private stopReason: string | null = null;
  private stopDetails: BetaRefusalStopDetails | null = null;
  private stopped = false;

  constructor(private readonly onProgress: (progress: ModelProgress) => void) {}

  /** Takes the next event of the stream. Events and deltas of kinds that came after this SDK are passed over. */
  take(event: BetaRawMessageStreamEvent): void {
    switch (event.type) {
      case 'message_start':
        this.count(event.message.usage);
        this.speed = event.message.usage.speed ?? null;
        return;
      case 'content_block_start':
        this.start(event.index, event.content_block);
        return;
      case 'content_block_delta':
        this.extend(event.index, event.delta);
        return;
      case 'message_delta':
        this.stopReason = event.delta.stop_reason ?? this.stopReason;
        this.stopDetails = event.delta.stop_details ?? this.stopDetails;
        this.count(event.usage);
        return;
      case 'message_stop':
        this.stopped = true;
        return;
      default:
    }
  }

  /** Whether the stream said that the message is complete. */
  get complete(): boolean {
    return this.stopped && this.stopReason !== null;
  }

  /** The finished response. */
  finished(): ModelResponse {
    return {
      blocks: this.ordered().map(parsed).filter(isKept),
      stopReason: this.stopReason ?? 'end_turn',
      stopDetails: this.stopDetails && {
        type: 'refusal',
        category: this.stopDetails.category,
        explanation: this.stopDetails.explanation,
      },
      usage: this.usage(),
    };
  }

  /**
   * What there is of a response that was cut off. Only text can be sent back: an unfinished thinking block has no signature
   * and an unfinished call cannot run. Citations go too, since the search results that they point into are gone.
   */
  interrupted(): ModelResponse {
    const blocks = this.ordered().flatMap(({ block }) =>
      block.type === 'text' && block.text.trim() !== '' ? [{ ...block, citations: null }] : [],
    );
    return { blocks, stopReason: 'interrupted', stopDetails: null, usage: this.usage() };
  }

  private ordered(): Draft[] {
    return [...this.drafts].toSorted(([a], [b]) => a - b).map(([, draft]) => draft);
  }

  private start(index: number, block: BetaContentBlock): void {
    const draft = { block: { ...block }, json: '', announced: false };
    this.drafts.set(index, draft);
    if (block.type === 'thinking' || block.type === 'redacted_thinking') {
      this.onProgress({ type: 'thinking_started', block: index });
    }
    if (block.type === 'text') this.report(index, draft, block.text);
  }

  private extend(index: number, delta: BetaRawContentBlockDelta): void {
    const draft = this.drafts.get(index);
    if (!draft) return;
    const { block } = draft;
    if (delta.type === 'text_delta' && block.type === 'text') {
      block.text += delta.text;
      this.report(index, draft, delta.text);
    } else if (delta.type === 'citations_delta' && block.type === 'text') {
      block.citations = [...(block.citations ?? []), delta.citation];
    } else if (delta.type === 'thinking_delta' && block.type === 'thinking') {
      block.thinking += delta.thinking;
    } else if (delta.type === 'signature_delta' && block.type === 'thinking') {
      block.signature = delta.signature;
    } else if (delta.type === 'input_json_delta') {
      draft.json += delta.partial_json;
    } else if (delta.type === 'compaction_delta' && block.type === 'compaction') {
      block.content = delta.content;
      if (delta.encrypted_content !== undefined) block.encrypted_content = delta.encrypted_content;
    }
  }

  /** Tells of a text block with its first text, so that nobody is told of a block that stays empty. */
  private report(index: number, draft: Draft, text: string): void {
    if (text === '') return;
    if (!draft.announced) this.onProgress({ type: 'text_started', block: index });
    draft.announced = true;
    this.onProgress({ type: 'text', block: index, text });
  }

  private count(usage: BetaUsage | BetaMessageDeltaUsage): void {
    this.counts = {
      input_tokens: usage.input_tokens ?? this.counts.input_tokens,
      output_tokens: usage.output_tokens,
      cache_read_input_tokens: usage.cache_read_input_tokens ?? this.counts.cache_read_input_tokens,
      cache_creation_input_tokens: usage.cache_creation_input_tokens ?? this.counts.cache_creation_input_tokens,
    };
    this.iterations = usage.iterations ?? this.iterations;
    this.webSearches = usage.server_tool_use?.web_search_requests ?? this.webSearches;
  }

  /** The counts of the whole request. A compaction on the way is billed too, but stands in its own iteration only. */
  private usage(): ModelUsage {
    const iterations = this.iterations ?? [];
    const billed = [this.counts, ...iterations.filter(({ type }) => type === 'compaction')];
    const sum = (count: (counts: Counts) => number | null): number =>
      billed.reduce((total, counts) => total + (count(counts) ?? 0), 0);
    const last = iterations.findLast(({ type }) => type !== 'compaction') ?? this.counts;
    return {
      inputTokens: sum((counts) => counts.input_tokens),
      outputTokens: sum((counts) => counts.output_tokens),
      cacheReadTokens: sum((counts) => counts.cache_read_input_tokens),
      cacheWriteTokens: sum((counts) => counts.cache_creation_input_tokens),
      webSearches: this.webSearches,
      contextTokens:
        last.input_tokens +
        last.output_tokens +
        (last.cache_read_input_tokens ?? 0) +
        (last.cache_creation_input_tokens ?? 0),
      ...(this.speed ? { speed: this.speed } : {}),
    };
  }
}

/** A compaction that failed has no content and changes nothing; kept, it would look like one that replaced the context. */
const isKept = (block: BetaContentBlock): boolean => block.type !== 'compaction' || block.content !== null;

/** The block with its tool input read. Input that was cut off by the output limit reads as `{}` (reference 7.1). */
function parsed({ block, json }: Draft): BetaContentBlock {
  if (json === '' || !('input' in block)) return block;
  return { ...block, input: objectOf(json) };
}

function objectOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
