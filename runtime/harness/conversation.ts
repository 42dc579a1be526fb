/** Conversation: the records of a context as the messages of a model request. Pure, but for its own growing state. */
import type {
  BetaContentBlockParam,
  BetaMessageParam,
  BetaTextBlockParam,
  BetaToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { EventOf, ToolResultContent } from '../contract/wire';
import type { EventRecord } from '../store/records';
import { hasText, messageBlocks, textBlock, toolResultBlock } from './content-blocks';

/**
 * Builds the messages in the order of the log. What the model said goes back exactly as it came, thinking and signatures
 * included: the model API verifies them, and on newer models also that nothing before them has changed. So a message, once
 * the model has answered it, is the same in every later request.
 */
export class Conversation {
  private messages: BetaMessageParam[] = [];
  /** The model's own ids of the calls, by the ids of their events. */
  private readonly modelIds = new Map<string, string>();
  /** The calls of the model's last turn, in its order, with their results as far as they are known. */
  private calls = new Map<string, BetaToolResultBlockParam | undefined>();
  private content: BetaContentBlockParam[] = [];
  private system: BetaTextBlockParam[] = [];

  constructor(private readonly options: { readonly midConversationSystem: boolean }) {}

  take(record: EventRecord): void {
    const { event } = record;
    if (record.private?.stale) return;
    switch (event.type) {
      case 'user.message':
        this.content.push(...messageBlocks(event.content));
        return;
      case 'user.define_outcome':
        this.content.push(textBlock(outcomeText(event)));
        return;
      case 'system.message':
        this.system.push(...event.content.filter(hasText).map(({ text }) => textBlock(text)));
        return;
      case 'agent.tool_use':
      case 'agent.mcp_tool_use':
      case 'agent.custom_tool_use':
        if (record.private?.modelId) this.modelIds.set(event.id, record.private.modelId);
        return;
      case 'agent.tool_result':
      case 'user.tool_result':
        return this.takeResult(event.tool_use_id, event);
      case 'agent.mcp_tool_result':
        return this.takeResult(event.mcp_tool_use_id, event);
      case 'user.custom_tool_result':
        return this.takeResult(event.custom_tool_use_id, event);
      case 'span.model_request_end':
        if (record.private?.purpose !== 'compaction') this.takeResponse(record.private?.response ?? []);
        return;
      case 'agent.thread_context_compacted':
        if (record.private?.summary !== undefined) this.restart(record.private.summary);
        return;
      default:
    }
  }

  /** Adds a request of the harness itself to what the user says next. */
  ask(text: string): void {
    this.content.push(textBlock(text));
  }

  /** The messages, once every record has been taken. */
  finished(): BetaMessageParam[] {
    this.closeUserTurn();
    if (this.messages.length === 0)
      throw new Error('A model request needs something to answer, and the context is empty');
    return this.messages;
  }

  /** The first answer to a call counts. What answers no call of the last turn (a tool of the model API's own) is passed over. */
  private takeResult(useId: string, result: { content?: ToolResultContent; is_error?: boolean | null }): void {
    const modelId = this.modelIds.get(useId);
    if (modelId === undefined || !this.calls.has(modelId) || this.calls.get(modelId)) return;
    this.calls.set(modelId, toolResultBlock(modelId, result.content, result.is_error === true));
  }

  private takeResponse(response: readonly unknown[]): void {
    const blocks = afterCompaction(response.filter(isBlock)).filter((block) => block.type !== 'text' || hasText(block));
    if (blocks.length === 0) return;
    if (blocks[0]?.type === 'compaction') this.clear();
    else this.closeUserTurn();
    this.messages.push({ role: 'assistant', content: blocks });
    this.calls = new Map(blocks.flatMap((block) => (block.type === 'tool_use' ? [[block.id, undefined]] : [])));
  }

  /** Our own compaction: the context begins again with the summary in the place of all that was before. */
  private restart(summary: string): void {
    this.clear();
    this.content.push(
      textBlock(
        `The conversation so far was too long for your context. This summary of it takes its place; continue from it.\n\n` +
          `<conversation_summary>\n${summary}\n</conversation_summary>`,
      ),
    );
  }

  private clear(): void {
    this.messages = [];
    this.calls.clear();
    this.content = [];
    this.system = [];
  }

  /** Ends the user's turn: results first, as the model API demands, then what was said, then a system turn. */
  private closeUserTurn(): void {
    const results = [...this.calls].map(([modelId, result]) => {
      if (!result) throw new Error(`The call ${modelId} has no result, so the conversation cannot go on`);
      return result;
    });
    const content = [...results, ...this.content];
    const { system } = this;
    this.calls.clear();
    this.content = [];
    this.system = [];
    // A system turn must follow a user's. One that comes alone, or for a model that knows none, is said by the user.
    const apart = this.options.midConversationSystem && content.length > 0;
    if (system.length > 0 && !apart) content.push(...system.map(({ text }) => markedSystem(text)));
    if (content.length === 0) return;
    this.dropOpenServerCalls();
    this.messages.push({ role: 'user', content });
    if (system.length > 0 && apart) this.messages.push({ role: 'system', content: system });
  }

  /**
   * A paused response may end with a call that the model API has not run yet. If the user speaks before the model API could
   * go on, that call will never have a result, and the model API would refuse it.
   */
  private dropOpenServerCalls(): void {
    const last = this.messages.at(-1);
    if (last?.role !== 'assistant' || typeof last.content === 'string') return;
    const answered = new Set(last.content.flatMap((block) => ('tool_use_id' in block ? [block.tool_use_id] : [])));
    const kept = last.content.filter((block) => block.type !== 'server_tool_use' || answered.has(block.id));
    if (kept.length === last.content.length) return;
    this.messages.pop();
    if (kept.length > 0) this.messages.push({ role: 'assistant', content: kept });
  }
}

const markedSystem = (text: string): BetaTextBlockParam => textBlock(`<system_message>\n${text}\n</system_message>`);

function outcomeText(event: EventOf<'user.define_outcome'>): string {
  const rubric = event.rubric.type === 'text' ? `\n\nIt will be judged by this rubric:\n${event.rubric.content}` : '';
  return `Work until this outcome is reached: ${event.description}${rubric}`;
}

/** The stored blocks are the model API's own; nothing but their type is looked at here. */
const isBlock = (value: unknown): value is BetaContentBlockParam =>
  typeof value === 'object' && value !== null && 'type' in value;

/** The model API's own compaction block stands for all that was before it, also within its response. */
function afterCompaction(blocks: BetaContentBlockParam[]): BetaContentBlockParam[] {
  const at = blocks.findLastIndex(({ type }) => type === 'compaction');
  return at === -1 ? blocks : blocks.slice(at);
}
