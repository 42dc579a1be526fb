/** The model of a scenario, which also looks at what it is asked: the real one refuses a conversation that is out of joint. */
import { ModelError, type ModelProvider, type ModelRequest, type ModelResponse } from '../../runtime/model/port';
import type { Process, Scheduler } from './scheduler';
import type { Scenario } from './scenario';

const THINKING_MS = 300;

export class ScriptedModel {
  /** How often it was asked. */
  asked = 0;
  readonly problems: string[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly scheduler: Scheduler,
  ) {}

  /** The model as a process reaches it. */
  provider(process: Process): ModelProvider {
    return {
      models: async () => [],
      respond: async (request, { signal } = {}) => {
        const { said, turn } = await this.scheduler.io(process, 'model', async () => this.#answer(request));
        await this.scheduler.sleep(process, this.scenario.thinkingMs?.(turn, request) ?? THINKING_MS, signal);
        return toResponse(said, signal?.aborted ?? false);
      },
    };
  }

  #answer(request: ModelRequest): { said: ReturnType<Scenario['model']>; turn: number } {
    this.asked += 1;
    const turn = this.asked;
    const problem = whatIsWrong(request);
    if (problem) {
      this.problems.push(`request ${turn} of the model: ${problem}`);
      throw new ModelError('model_request_failed_error', false, problem);
    }
    return { said: this.scenario.model(request, turn), turn };
  }
}

function toResponse(said: ReturnType<Scenario['model']>, aborted: boolean): ModelResponse {
  const counts = { outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, webSearches: 0 };
  const usage = { inputTokens: said.inputTokens ?? 10, ...counts };
  if (aborted) return { blocks: [], stopReason: 'interrupted', stopDetails: null, usage };
  const calls = said.blocks.some(({ type }) => type === 'tool_use');
  return { blocks: said.blocks, stopReason: calls ? 'tool_use' : 'end_turn', stopDetails: null, usage };
}

/** What the Messages API would refuse: turns that do not alternate, calls without exactly one result in the next turn. */
export function whatIsWrong({ messages }: Pick<ModelRequest, 'messages'>): string | undefined {
  let before = 'assistant';
  let open = new Set<string>();
  for (const { role, content } of messages) {
    if (role === 'system') continue;
    if (role === before) return `two turns of the ${role} in a row`;
    before = role;
    const blocks = typeof content === 'string' ? [] : content;
    const results = blocks.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
    for (const id of results) if (!open.delete(id)) return `a result of ${id}, which is not open`;
    if (open.size > 0) return `no result of ${[...open].join(', ')}`;
    open = new Set(blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])));
  }
  if (before !== 'user') return 'nothing to answer';
  return undefined;
}
