/** What must not depend on what failed: who said what, which tools were called, and in which order. */
import type { SessionEvent } from '../../runtime/contract/wire';

const saidIn = (content: readonly { type: string; text?: string }[]): string =>
  content.map(({ text = '' }) => text).join(' ');

/** The history in lines. What a call gave is not among them: it is unknown where its worker died. */
export function outcomeOf(events: readonly SessionEvent[]): string[] {
  const names = new Map<string, string>();
  const lines = events.flatMap((event) => {
    switch (event.type) {
      case 'user.message':
        return [`user: ${saidIn(event.content as { type: string; text?: string }[])}`];
      case 'agent.message':
        return [`agent: ${saidIn(event.content)}`];
      case 'user.interrupt':
        return ['interrupt'];
      case 'agent.tool_use':
      case 'agent.mcp_tool_use':
      case 'agent.custom_tool_use':
        names.set(event.id, `${event.name} ${Object.values(event.input).join(' ')}`);
        return [`call ${names.get(event.id)}`];
      case 'agent.tool_result':
      case 'user.tool_result':
        return [`result of ${names.get(event.tool_use_id)}`];
      case 'agent.mcp_tool_result':
        return [`result of ${names.get(event.mcp_tool_use_id)}`];
      case 'user.custom_tool_result':
        return [`result of ${names.get(event.custom_tool_use_id)}`];
      case 'agent.thread_context_compacted':
        return ['compacted'];
      case 'session.updated':
        return ['updated'];
      case 'session.status_terminated':
        return ['terminated'];
      case 'session.status_idle':
        return [`idle ${event.stop_reason.type}`];
      default:
        return [];
    }
  });
  // An idle that waits is said more or less often, depending on which answers came together.
  return sortedRuns(lines.filter((line) => line !== 'idle requires_action'));
}

/** Results of one response come in the order in which its tools and its client are done. */
function sortedRuns(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const line of lines) {
    if (line.startsWith('result')) {
      run.push(line);
      continue;
    }
    sorted.push(...run.toSorted(), line);
    run = [];
  }
  return [...sorted, ...run.toSorted()];
}
