/** The events that answer calls. */
import type { EventOf, SessionEvent } from './wire';

/** A call's result, whoever gave it. */
export type CallResult = EventOf<
  'agent.tool_result' | 'agent.mcp_tool_result' | 'user.tool_result' | 'user.custom_tool_result'
>;

/** The event as a result, with the id of the call that it answers; undefined when it answers none. */
export function resultOf(event: SessionEvent): { readonly callId: string; readonly result: CallResult } | undefined {
  switch (event.type) {
    case 'agent.tool_result':
    case 'user.tool_result':
      return { callId: event.tool_use_id, result: event };
    case 'agent.mcp_tool_result':
      return { callId: event.mcp_tool_use_id, result: event };
    case 'user.custom_tool_result':
      return { callId: event.custom_tool_use_id, result: event };
    default:
      return undefined;
  }
}
