import { randomBytes } from 'node:crypto';
import type { ModelServerRequest, PlannedBlock, Respond, ResponsePlan } from '../../runtime/local/offline-model/plan';
import { markingCommand, planIn, type PlanStep } from './plan';

const OVERLOADED: ResponsePlan = { error: { status: 529, type: 'overloaded_error', message: 'Overloaded' } };

/**
 * A model that does what the conversation's newest plan says, a step a request, and fails now and then as real ones do. It
 * remembers nothing, so a request that is made again is answered with calls of its own: a mark names one answer's call.
 */
export function plannedModel(random: () => number): Respond {
  return (request) => {
    const chance = random();
    if (chance < 0.02) return OVERLOADED;
    const { steps, done } = progressOf(request);
    const step = steps[done];
    const pace = { beforeMs: Math.floor(random() * 400), betweenMs: 10 };
    const answer = step
      ? callsOf(step)
      : [{ type: 'text' as const, text: `All ${steps.length} steps are done. Next?` }];
    const blocks: PlannedBlock[] = chance > 0.7 ? [{ type: 'thinking', thinking: 'What is next?' }, ...answer] : answer;
    if (chance < 0.03) return { blocks, ...pace, breaksWith: 'silence' };
    if (chance < 0.04) return { blocks, ...pace, breaksWith: 'overloaded_error' };
    return { blocks, ...pace };
  };
}

function callsOf({ tool, calls, ms }: PlanStep): PlannedBlock[] {
  return Array.from({ length: calls }, () => {
    const mark = `mark-${randomBytes(8).toString('hex')}`;
    const input = tool === 'bash' ? { command: markingCommand(mark, ms) } : { key: mark };
    return { type: 'tool_use', name: tool, input };
  });
}

/** The newest plan, and how many of its steps have been answered with calls since. */
function progressOf({ messages }: ModelServerRequest): { steps: readonly PlanStep[]; done: number } {
  let steps: readonly PlanStep[] = [];
  let done = 0;
  for (const { role, content } of messages) {
    const blocks = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? []);
    if (role === 'assistant') {
      if (blocks.some(({ type }) => type === 'tool_use')) done += 1;
      continue;
    }
    for (const block of blocks) {
      const plan = block.type === 'text' ? planIn(block.text) : undefined;
      if (!plan) continue;
      steps = plan;
      done = 0;
    }
  }
  return { steps, done };
}
