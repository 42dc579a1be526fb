/** Whether sandboxes heard in time of what concerned them, by a bell that nothing happened to. */
import { MICROS_PER_SECOND, type Micros } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { instantOf } from '../../runtime/sandbox/session-history';
import type { Run } from './system';

/** More than all delays of a schedule together, and less than a sandbox waits at least before it looks by itself. */
const PROMPT: Micros = 13 * MICROS_PER_SECOND;

/** A call begins soon after it may, and ends soon after it is answered. */
export function checkPromptness(events: readonly SessionEvent[], runs: readonly Run[]): string[] {
  return runs.flatMap(({ id, begunAt, endedAt }, index) => {
    const mayBegin = Math.max(allowedAt(events, id), runningSince(events, begunAt), runs[index - 1]?.endedAt ?? 0);
    const answered = events.find((event) => event.type === 'agent.tool_result' && event.tool_use_id === id);
    const answeredAt = answered ? instantOf(answered) : endedAt;
    return [
      ...(begunAt - mayBegin > PROMPT ? [`nothing failed, yet ${id} waited for ${seconds(begunAt - mayBegin)}`] : []),
      ...(endedAt - answeredAt > PROMPT
        ? [`nothing failed, yet ${id} went on for ${seconds(endedAt - answeredAt)} after it was answered`]
        : []),
    ];
  });
}

function allowedAt(events: readonly SessionEvent[], id: string): Micros {
  const use = events.find((event) => event.id === id);
  const verdict = events.find((event) => event.type === 'user.tool_confirmation' && event.tool_use_id === id);
  return instantOf(verdict ?? use);
}

/** While other calls wait to be allowed, none is served. */
function runningSince(events: readonly SessionEvent[], at: Micros): Micros {
  const running = events.filter(({ type }) => type === 'session.status_running').map(instantOf);
  return running.findLast((began) => began <= at) ?? 0;
}

const seconds = (time: Micros): string => `${Math.round(time / MICROS_PER_SECOND)} s`;
