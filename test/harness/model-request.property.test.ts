import * as fc from 'fast-check';
import { NO_LISTING } from '../../runtime/harness/dial';
import { buildModelRequest } from '../../runtime/harness/model-request';
import { prepareAnswer } from '../../runtime/local/offline-model/answer';
import type { PlannedBlock } from '../../runtime/local/offline-model/plan';
import { placeBlocks, preambleOf } from '../../runtime/local/offline-model/prefix';
import { conversationProblem, formProblem, turnsOf } from '../../runtime/local/offline-model/request-check';
import type { ModelRequest } from '../../runtime/model/port';
import { traitsOf } from '../../runtime/model/traits';
import { agentWith } from '../support/session-agent';
import { SessionLog } from '../support/session-log';

/** One round: what is said before the request, what the model answers, and what becomes of its calls. */
interface Round {
  readonly said: readonly string[];
  readonly instructed: boolean;
  readonly outcome: 'answer' | 'failure' | 'refusal' | 'interrupt';
  readonly thinks: boolean;
  readonly speaks: boolean;
  readonly results: readonly { content: string | undefined; isError: boolean }[];
  readonly compacts: boolean;
}

const rounds = fc.array(
  fc.record<Round>({
    said: fc.array(fc.string(), { maxLength: 2 }),
    instructed: fc.boolean(),
    outcome: fc.constantFrom('answer', 'answer', 'answer', 'failure', 'refusal', 'interrupt'),
    thinks: fc.boolean(),
    speaks: fc.boolean(),
    results: fc.array(fc.record({ content: fc.option(fc.string(), { nil: undefined }), isError: fc.boolean() }), {
      maxLength: 3,
    }),
    compacts: fc.nat({ max: 9 }).map((n) => n === 0),
  }),
  { maxLength: 8 },
);

class Conversation {
  readonly log = new SessionLog();
  readonly agent;
  /** The last request that was answered: every later one begins with it, until the context is compacted. */
  private answered: ModelRequest | undefined;

  constructor(model: string) {
    this.agent = agentWith({ model: { id: model } });
  }

  play(round: Round): void {
    if (round.compacts) {
      this.log.compacts('What was before.');
      this.answered = undefined;
    }
    this.log.says('Go', ...round.said);
    if (round.instructed) this.log.instructs('Mind this');
    const request = this.request();
    if (round.outcome === 'failure') return;
    if (round.outcome === 'refusal') {
      this.log.answers([]);
      return;
    }
    const blocks = this.answerTo(request, round);
    const texts = blocks.filter(({ type }) => type === 'text');
    const ids = this.log.answers(round.outcome === 'interrupt' ? texts : blocks);
    for (const [i, id] of ids.entries()) this.log.returns(id, round.results[i]?.content, round.results[i]?.isError);
    if (round.outcome === 'answer' ? blocks.length > 0 : texts.length > 0) this.answered = request;
  }

  private request(): ModelRequest {
    const request = buildModelRequest({
      session: { agent: this.agent, environmentConfig: { type: 'self_hosted' } },
      traits: traitsOf(this.agent.model.id),
      listing: NO_LISTING,
      records: this.log.records,
      purpose: 'turn',
    });
    const turns = turnsOf(request.messages);
    expect(formProblem(request)).toBeUndefined();
    expect(conversationProblem(request, turns, placeBlocks(preambleOf(request), turns))).toBeUndefined();
    if (this.answered) {
      expect(JSON.stringify({ ...request, messages: [] })).toBe(JSON.stringify({ ...this.answered, messages: [] }));
      const prefix = JSON.stringify(this.answered.messages).slice(0, -1);
      expect(JSON.stringify(request.messages).slice(0, prefix.length)).toBe(prefix);
    }
    return request;
  }

  private answerTo(request: ModelRequest, { thinks, speaks, results }: Round) {
    const blocks: PlannedBlock[] = [
      ...(thinks ? [{ type: 'thinking' as const, thinking: 'Hm.' }] : []),
      ...(speaks ? [{ type: 'text' as const, text: 'Well.' }] : []),
      ...results.map(() => ({ type: 'tool_use' as const, name: 'bash', input: { command: 'ls' } })),
    ];
    const usage = { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
    return prepareAnswer(request, preambleOf(request), turnsOf(request.messages), { blocks }, usage).message.content;
  }
}

it.each(['claude-opus-5-5', 'claude-sonnet-4-6'])(
  'every request to %s is one that the model API accepts, and begins with the bytes of the last that was answered',
  (model) => {
    fc.assert(
      fc.property(rounds, (played) => {
        const conversation = new Conversation(model);
        for (const round of played) conversation.play(round);
      }),
      { numRuns: 200 },
    );
  },
);
