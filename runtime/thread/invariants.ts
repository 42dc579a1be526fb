/**
 * The checker: reads a history as the API lists it and tests what must always hold. It knows nothing of how the history was
 * made, so it serves the tests, the simulation and a user who wants to know (`managed-agents check`).
 */
import { resultOf } from '../contract/results';
import { fromTimestamp } from '../contract/time';
import type { EventOf, SessionEvent } from '../contract/wire';

export interface Violation {
  /** The invariant's number in docs/durability.md. */
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** The event at which it shows, if it shows at one. */
  readonly eventId?: string;
  readonly message: string;
}

export interface CheckOptions {
  /** Ids of the client events that the service accepted: each must stand in the history exactly once. */
  readonly accepted?: readonly string[];
  /** Texts that may stand nowhere: keys, tokens, planted canaries. */
  readonly secrets?: readonly string[];
  /** Whether the session must have come to rest. Default: true. */
  readonly finished?: boolean;
  /** The session's environment runs its built-in calls on the user's own workers. */
  readonly selfHosted?: boolean;
}

/** Everything that is wrong with the history; empty when nothing is. Pending events stand at the end, without a time. */
export function checkHistory(events: readonly SessionEvent[], options: CheckOptions = {}): Violation[] {
  const found: Violation[] = [];
  const report = (invariant: Violation['invariant'], message: string, event?: SessionEvent): void => {
    found.push({ invariant, message, ...(event ? { eventId: event.id } : {}) });
  };
  const done = events.filter((event) => event.processed_at);
  checkOrder(events, report);
  checkAccepted(events, options.accepted ?? [], report);
  checkCalls(done, options.selfHosted ?? false, report);
  checkStatus(done, options.finished ?? true, report);
  checkUsage(done, report);
  checkPrivacy(events, options.secrets ?? [], report);
  return found;
}

type Report = (invariant: Violation['invariant'], message: string, event?: SessionEvent) => void;

/** 1: an id stands once, and time only goes forward. */
function checkOrder(events: readonly SessionEvent[], report: Report): void {
  const ids = new Set<string>();
  let last = 0;
  let pending = false;
  for (const event of events) {
    if (ids.has(event.id)) report(1, `the id ${event.id} stands twice`, event);
    ids.add(event.id);
    const at = fromTimestamp(event.processed_at ?? '');
    if (at === undefined) pending = true;
    else if (pending) report(1, 'a processed event stands behind a pending one', event);
    else if (at <= last) report(1, 'processed_at is not later than the event before', event);
    last = Math.max(last, at ?? last);
  }
}

/** 2: what was accepted is there, once. */
function checkAccepted(events: readonly SessionEvent[], accepted: readonly string[], report: Report): void {
  const ids = new Set(events.map(({ id }) => id));
  for (const id of accepted) if (!ids.has(id)) report(2, `the accepted event ${id} is missing`);
}

type Use = EventOf<'agent.tool_use' | 'agent.mcp_tool_use' | 'agent.custom_tool_use'>;

/** 3 and 5: each call gets one result before the next request, and idle names exactly the calls that wait for the client. */
function checkCalls(events: readonly SessionEvent[], selfHosted: boolean, report: Report): void {
  const uses = new Map<string, Use>();
  const open = new Map<string, Use>();
  const decided = new Set<string>();
  for (const event of events) {
    if (
      event.type === 'agent.tool_use' ||
      event.type === 'agent.mcp_tool_use' ||
      event.type === 'agent.custom_tool_use'
    ) {
      uses.set(event.id, event);
      open.set(event.id, event);
    } else if (event.type === 'user.tool_confirmation') {
      if (!uses.has(event.tool_use_id)) report(3, 'a confirmation of no call', event);
      decided.add(event.tool_use_id);
    } else if (event.type === 'span.model_request_start' && open.size > 0) {
      report(3, `a model request starts while ${[...open.keys()].join(', ')} have no result`, event);
    } else if (event.type === 'session.status_idle') {
      checkIdle(event, open, decided, selfHosted, report);
    }
    const answered = resultOf(event)?.callId;
    if (answered === undefined) continue;
    if (!uses.has(answered)) report(3, 'a result of no call', event);
    // A client's answer that came too late is recorded and changes nothing; the service itself answers once.
    else if (!open.delete(answered) && event.type.startsWith('agent.')) report(3, 'a second result of a call', event);
  }
}

function checkIdle(
  idle: EventOf<'session.status_idle'>,
  open: ReadonlyMap<string, Use>,
  decided: ReadonlySet<string>,
  selfHosted: boolean,
  report: Report,
): void {
  const named = idle.stop_reason.type === 'requires_action' ? idle.stop_reason.event_ids : [];
  const asked = [...open.values()].filter(
    (use) => use.type !== 'agent.custom_tool_use' && use.evaluated_permission === 'ask' && !decided.has(use.id),
  );
  const waiting = asked.length > 0 ? asked : [...open.values()].filter((use) => isClients(use, selfHosted));
  const expected = new Set(waiting.map(({ id }) => id));
  if (named.length !== expected.size || named.some((id) => !expected.has(id))) {
    report(5, `idle names [${named.join(', ')}], but [${[...expected].join(', ')}] wait for the client`, idle);
  }
  if (idle.stop_reason.type !== 'requires_action' && open.size > 0) report(5, 'idle with open calls', idle);
}

const isClients = (use: Use, selfHosted: boolean): boolean =>
  use.type === 'agent.custom_tool_use' || (selfHosted && use.type === 'agent.tool_use');

/** 4: running and idle alternate; idle is last unless terminated; nothing follows terminated. */
function checkStatus(events: readonly SessionEvent[], finished: boolean, report: Report): void {
  let status: 'idle' | 'running' | 'rescheduling' | 'terminated' = 'idle';
  let waits = false;
  for (const event of events) {
    if (status === 'terminated') report(4, 'something follows terminated', event);
    switch (event.type) {
      case 'session.status_running':
        if (status === 'running') report(4, 'running twice', event);
        status = 'running';
        break;
      case 'session.status_rescheduled':
        if (status !== 'running') report(4, `rescheduled from ${status}`, event);
        status = 'rescheduling';
        break;
      case 'session.status_idle':
        // An idle that waits is said again when what it waits for changes, or ends by an interrupt.
        if (status === 'idle' && !waits) report(4, 'idle twice', event);
        status = 'idle';
        waits = event.stop_reason.type === 'requires_action';
        break;
      case 'session.status_terminated':
        status = 'terminated';
        break;
      case 'span.model_request_start':
        if (status !== 'running') report(4, `a model request starts while ${status}`, event);
        break;
      default:
    }
  }
  if (finished && (status === 'running' || status === 'rescheduling')) report(4, `the history ends ${status}`);
}

/**
 * 6: usage and cost only grow, and no request starts at or over the cap. Whether a cap was raised before a request is certain by
 * the next usage: a raise whose `session.updated` was lost counts, too.
 */
function checkUsage(events: readonly SessionEvent[], report: Report): void {
  let tokens = 0;
  let cost = 0;
  let cap: string | undefined;
  let reached = false;
  let suspects: SessionEvent[] = [];
  for (const event of events) {
    if (event.type === 'session.usage') {
      const { usage } = event;
      const sum = (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
      const now = Number(usage.list_cost?.amount ?? 0);
      if (sum < tokens || now < cost) report(6, 'usage or cost fell', event);
      tokens = sum;
      cost = now;
      const before = cap;
      cap = event.budget?.max_list_cost.amount;
      if (cap === before) for (const suspect of suspects) report(6, 'a model request starts at the budget', suspect);
      suspects = [];
    } else if (event.type === 'session.status_idle') {
      reached = event.stop_reason.type === 'budget_reached';
    } else if (event.type === 'session.updated') {
      reached = false;
    } else if (event.type === 'span.model_request_start' && reached) {
      suspects.push(event);
    }
  }
}

/** 7: no secret and no private part. */
function checkPrivacy(events: readonly SessionEvent[], secrets: readonly string[], report: Report): void {
  for (const event of events) {
    if ('private' in event) report(7, 'a private part is shown', event);
    if (
      event.type === 'agent.thinking' &&
      Object.keys(event).some((key) => !['id', 'type', 'processed_at'].includes(key))
    ) {
      report(7, 'thinking carries content', event);
    }
    const text = JSON.stringify(event);
    if (secrets.some((secret) => text.includes(secret))) report(7, 'a secret is shown', event);
  }
}
