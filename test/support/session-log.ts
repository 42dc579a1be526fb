import type { BetaContentBlock } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { EventOf, SessionEvent, ToolResultContent } from '../../runtime/contract/wire';
import { NO_LISTING } from '../../runtime/harness/dial';
import { buildModelRequest } from '../../runtime/harness/model-request';
import type { ModelRequest } from '../../runtime/model/port';
import { traitsOf } from '../../runtime/model/traits';
import type { EventRecord, PrivatePart, SessionRecord, ToolListing } from '../../runtime/store/records';
import { agentWith } from './session-agent';

const AT = '2026-11-21T10:00:00Z';

/** Writes a log as the harness does, for tests of what is made from one. */
export class SessionLog {
  readonly records: EventRecord[] = [];
  private count = 0;

  push(event: SessionEvent, hidden?: PrivatePart): this {
    this.records.push({ event, ...(hidden ? { private: hidden } : {}) });
    return this;
  }

  says(...content: (string | EventOf<'user.message'>['content'][number])[]): this {
    const blocks = content.map((part) => (typeof part === 'string' ? { type: 'text' as const, text: part } : part));
    return this.push({ id: this.id(), type: 'user.message', content: blocks, processed_at: AT });
  }

  instructs(text: string): this {
    return this.push({ id: this.id(), type: 'system.message', content: [{ type: 'text', text }], processed_at: AT });
  }

  /** A response with its events, in the order of the log. Gives the ids of the events of its calls. */
  answers(blocks: readonly BetaContentBlock[], hidden: PrivatePart = {}): string[] {
    const calls = blocks.flatMap((block) => {
      if (block.type === 'thinking') this.push({ id: this.id(), type: 'agent.thinking', processed_at: AT });
      if (block.type !== 'tool_use') return [];
      const id = this.id();
      const use: SessionEvent = { id, type: 'agent.tool_use', name: block.name, input: {}, processed_at: AT };
      this.push(use, { modelId: block.id, route: 'sandbox' });
      return [id];
    });
    this.push(
      {
        id: this.id(),
        type: 'span.model_request_end',
        model_request_start_id: 'sevt_start',
        is_error: false,
        processed_at: AT,
        model_usage: {
          input_tokens: 0,
          output_tokens: 0,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
        },
      },
      { purpose: 'turn', response: blocks, ...hidden },
    );
    return calls;
  }

  /** The result of a call, named by the id of its event. */
  returns(useId: string, content: string | ToolResultContent | undefined, isError = false): this {
    const blocks = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
    return this.push({
      id: this.id(),
      type: 'agent.tool_result',
      tool_use_id: useId,
      processed_at: AT,
      is_error: isError,
      ...(blocks ? { content: blocks } : {}),
    });
  }

  compacts(summary?: string): this {
    return this.push(
      { id: this.id(), type: 'agent.thread_context_compacted', processed_at: AT },
      summary === undefined ? undefined : { summary },
    );
  }

  id(): string {
    this.count += 1;
    return `sevt_${this.count}`;
  }
}

const CLOUD: SessionRecord['environmentConfig'] = {
  type: 'cloud',
  networking: { type: 'unrestricted' },
  packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
};

/** The model request for a log, by an agent that is like any other but for what is said here. */
export function requestFor(
  log: SessionLog,
  more: {
    agent?: Parameters<typeof agentWith>[0];
    purpose?: 'turn' | 'compaction';
    environment?: 'self_hosted';
    listing?: ToolListing;
  } = {},
): ModelRequest {
  const agent = agentWith(more.agent);
  return buildModelRequest({
    session: { agent, environmentConfig: more.environment ? { type: 'self_hosted' } : CLOUD },
    traits: traitsOf(agent.model.id),
    listing: more.listing ?? NO_LISTING,
    records: log.records,
    purpose: more.purpose ?? 'turn',
  });
}
