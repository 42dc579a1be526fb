/** What is wrong with a run that has come to its end: the checker's word, and what only the simulation can know. */
import type { SessionEvent } from '../../runtime/contract/wire';
import { checkHistory } from '../../runtime/thread/invariants';
import { outcomeOf } from './outcome';
import { effectName, SERVED_TOOLS } from './servers';
import type { Client } from './client';
import type { Scenario } from './scenario';
import type { System } from './system';

export interface Evidence {
  readonly scenario: Scenario;
  readonly events: readonly SessionEvent[];
  /** What still waits, as a list shows it behind the history. */
  readonly pending: readonly SessionEvent[];
  readonly client: Pick<Client, 'accepted' | 'answers' | 'hasCutShort'>;
  readonly system: System;
  /** Nothing failed: at most somebody was slow for a moment. */
  readonly isCalm: boolean;
  /** Somebody stopped for as long as others pleased, perhaps for longer than a lease. */
  readonly hasZombies: boolean;
}

const MAX_SHOWN = 200;
/** How the result of a call that ran begins. */
const RAN = '"ran {';

/** All that is wrong. */
export function judge(evidence: Evidence): string[] {
  const { events, pending, client, scenario } = evidence;
  const { accepted } = client;
  if (scenario.isDeleted) return [];
  const violations = checkHistory([...events, ...pending], { accepted, selfHosted: scenario.pollers !== undefined });
  return [
    ...violations.map(
      ({ invariant, message, eventId }) => `invariant ${invariant}: ${message}${eventId ? ` (${eventId})` : ''}`,
    ),
    ...checkOutcome(evidence),
    ...checkCalls(evidence),
    ...checkServerCalls(evidence),
    ...checkClientCalls(evidence),
    ...checkErrors(evidence),
    ...checkUsage(events),
    ...checkSpans(events),
  ];
}

function checkOutcome({ scenario, events, hasZombies }: Evidence): string[] {
  const lines = outcomeOf(events);
  if (typeof scenario.outcome === 'function') {
    const wrong = scenario.outcome(lines, { hasZombies });
    return wrong === undefined ? [] : [`${wrong}:\n${shown(lines)}`];
  }
  const isSame = lines.join('\n') === scenario.outcome.join('\n');
  return isSame ? [] : [`the outcome is\n${shown(lines)}\ninstead of\n${shown(scenario.outcome)}`];
}

const shown = (lines: readonly string[]): string => lines.map((line) => line.slice(0, MAX_SHOWN)).join('\n');

/** Calls ran if they were allowed to, at most once, and what is said of them is true. */
function checkCalls({ scenario, events, client, system, isCalm, hasZombies }: Evidence): string[] {
  const verdicts = new Map<string, string>();
  const results = new Map<string, string>();
  let isInterrupted = false;
  for (const event of events) {
    if (event.type === 'user.tool_confirmation') verdicts.set(event.tool_use_id, event.result);
    else if (event.type === 'user.interrupt') isInterrupted = true;
    else if (event.type === 'agent.tool_result' || event.type === 'user.tool_result') {
      if (!results.has(event.tool_use_id)) results.set(event.tool_use_id, JSON.stringify(event.content));
    }
  }
  // A user's own worker that died is replaced by one that begins with what has no answer: that is the official worker's way.
  const mayRepeat = scenario.pollers !== undefined && !isCalm;
  const known = new Set(events.map(({ id }) => id));
  const unknown = [...system.effects.keys()].filter((id) => !known.has(id));
  const wrong = events.flatMap((event) => {
    if (event.type !== 'agent.tool_use') return [];
    const times = system.effects.get(event.id) ?? 0;
    const result = results.get(event.id) ?? '';
    const verdict = event.evaluated_permission === 'ask' ? verdicts.get(event.id) : event.evaluated_permission;
    const isKnown = result.includes(RAN);
    return [
      ...(times > 1 && !mayRepeat ? [`the call ${event.id} ran ${times} times`] : []),
      ...(times > 0 && verdict !== 'allow' ? [`the call ${event.id} ran, and nobody had allowed it`] : []),
      ...(times === 0 && isKnown ? [`the call ${event.id} has a result, and never ran`] : []),
      ...(times > 0 && result.includes('Permission to use')
        ? [`the call ${event.id} ran, and is said not to have`]
        : []),
      ...(times > 0 && result.includes('did not run') ? [`the call ${event.id} ran, and is said not to have`] : []),
      ...(system.delivered.has(event.id) && !isKnown && !isInterrupted && !hasZombies && !scenario.mayEndUnknown
        ? [`the result of ${event.id} was accepted, and the log says: ${result}`]
        : []),
      ...(isCalm && isKnown && client.hasCutShort && scenario.cut === event.input['command']
        ? [`the call ${event.id} was to be cut short`]
        : []),
      ...(isCalm && times > 0 && !isKnown && !isInterrupted && !scenario.mayEndUnknown
        ? [`nothing failed, yet ${event.id} has ${result}`]
        : []),
    ];
  });
  return [...wrong, ...unknown.map((id) => `the call ${id} ran, which the log does not know`)];
}

/** The same for calls of MCP tools, of which those that may run again are made a second time where their outcome is unknown. */
function checkServerCalls({ events, system, isCalm }: Evidence): string[] {
  const results = new Map<string, string>();
  let isInterrupted = false;
  for (const event of events) {
    if (event.type === 'user.interrupt') isInterrupted = true;
    if (event.type === 'agent.mcp_tool_result') results.set(event.mcp_tool_use_id, JSON.stringify(event.content));
  }
  return events.flatMap((event) => {
    if (event.type !== 'agent.mcp_tool_use') return [];
    const times = system.servers.effects.get(effectName(event.name, event.input)) ?? 0;
    const mayRepeat = SERVED_TOOLS.some(({ name, repeatable }) => name === event.name && repeatable);
    const result = results.get(event.id) ?? '';
    const isKnown = result.includes('"ran ');
    return [
      ...(times > 1 && (!mayRepeat || isCalm) ? [`the call ${event.id} ran ${times} times`] : []),
      ...(times === 0 && isKnown ? [`the call ${event.id} has a result, and never ran`] : []),
      ...(times > 0 && /Permission|reached/.test(result) ? [`the call ${event.id} ran, and is said not to have`] : []),
      ...(isCalm && !isKnown && !isInterrupted ? [`nothing failed, yet ${event.id} has ${result}`] : []),
    ];
  });
}

/** A call that waits for the client gets the client's answer, unless the client interrupts it. */
function checkClientCalls({ events, client }: Evidence): string[] {
  if (events.some(({ type }) => type === 'user.interrupt')) return [];
  return events.flatMap((event) => {
    if (event.type !== 'user.custom_tool_result' || client.answers.has(JSON.stringify(event.content))) return [];
    return [`the client never gave the answer ${JSON.stringify(event.content)}`];
  });
}

/** Where nothing failed, nobody is told of an error. */
function checkErrors({ events, scenario, isCalm }: Evidence): string[] {
  if (!isCalm || scenario.hasErrors) return [];
  return events.flatMap((event) =>
    event.type === 'session.error' ? [`nothing failed, yet the log says: ${event.error.message}`] : [],
  );
}

/** What the session says that it used is what its requests used. */
function checkUsage(events: readonly SessionEvent[]): string[] {
  let spent = 0;
  return events.flatMap((event) => {
    if (event.type === 'span.model_request_end') spent += event.model_usage.input_tokens;
    if (event.type !== 'session.usage' || event.usage.input_tokens === spent) return [];
    return [`the usage says ${event.usage.input_tokens} input tokens, and its requests had ${spent}`];
  });
}

/** Each model request that begins ends, before the next one begins. */
function checkSpans(events: readonly SessionEvent[]): string[] {
  let open: string | undefined;
  return events.flatMap((event) => {
    if (event.type === 'span.model_request_start') {
      const before = open;
      open = event.id;
      return before === undefined ? [] : [`the model request ${before} never ends`];
    }
    if (event.type !== 'span.model_request_end') return [];
    const ended = open;
    open = undefined;
    return event.model_request_start_id === ended
      ? []
      : [`the end of ${event.model_request_start_id} has no beginning`];
  });
}
