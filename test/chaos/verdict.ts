/** What must be true of a session when everything is over. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventOf, SessionEvent } from '../../runtime/contract/wire';
import { checkHistory } from '../../runtime/thread/invariants';
import { markIn, MARKS_FILE } from './plan';
import type { Sent } from './session-client';
import type { Connection } from './streams';

/** Other errors leave open how far the call got: the model has to look. */
const SAYS_NOT_RUN = /did not run|before it began|has been (?:rejected|denied)/;

/** Compares a history with what its client was told. */
export function checkSent(events: readonly SessionEvent[], sent: Sent, secrets: readonly string[]): string[] {
  const found = checkHistory(events, { accepted: sent.accepted, secrets, finished: true });
  const texts = events.flatMap((event) => (event.type === 'user.message' ? [textOf(event.content)] : []));
  const doubled = texts.filter((text, at) => texts.indexOf(text) !== at);
  return [
    ...found.map(({ invariant, eventId, message }) => `invariant ${invariant} at ${eventId ?? 'the end'}: ${message}`),
    ...doubled.map((text) => `a message stands twice: ${text}`),
  ];
}

/** Compares the calls with the marks that they left in the sandbox's directory. */
export async function checkMarks(events: readonly SessionEvent[], workspace: string): Promise<string[]> {
  const text = await readFile(join(workspace, MARKS_FILE), 'utf8').catch(() => '');
  const times = new Map<string, number>();
  for (const mark of text.split('\n').filter(Boolean)) times.set(mark, (times.get(mark) ?? 0) + 1);
  const problems: string[] = [];
  for (const use of events) {
    if (use.type !== 'agent.tool_use') continue;
    const mark = markIn(JSON.stringify(use.input)) ?? '';
    const result = events.find((event) => event.type === 'agent.tool_result' && event.tool_use_id === use.id);
    problems.push(...checkCall(use.id, times.get(mark) ?? 0, result as EventOf<'agent.tool_result'> | undefined));
    times.delete(mark);
  }
  for (const mark of times.keys()) problems.push(`${mark} was left by a call that is not in the history`);
  return problems;
}

function checkCall(id: string, times: number, result: EventOf<'agent.tool_result'> | undefined): string[] {
  if (times > 1) return [`the call ${id} ran ${times} times`];
  if (!result) return times > 0 ? [`the call ${id} ran, but has no result`] : [];
  const text = textOf(result.content);
  if (!result.is_error) return times === 1 ? [] : [`the call ${id} has a result, but did not run: ${text}`];
  return times > 0 && SAYS_NOT_RUN.test(text) ? [`the call ${id} ran, but its result says: ${text}`] : [];
}

/** 8: what a stream brought is a part of the history without a hole, and so are stream and list together. */
export function checkConnection(connection: Connection, events: readonly SessionEvent[]): string[] {
  const { delivered, listed, from, previews, openedAt, openAtEnd } = connection;
  const place = new Map(events.map(({ id }, at) => [id, at]));
  const problems: string[] = [];
  delivered.forEach((id, n) => {
    const at = place.get(id);
    const before = n === 0 ? undefined : place.get(delivered[n - 1] ?? '');
    if (at === undefined) problems.push(`a stream brought ${id}, which is not listed`);
    else if (before !== undefined && at !== before + 1) problems.push(`a stream went from place ${before} to ${at}`);
  });
  const first = place.get(delivered[0] ?? '');
  const resumed = place.get(from ?? '');
  if (resumed !== undefined && first !== undefined && first !== resumed + 1) {
    problems.push(`a stream that goes on after place ${resumed} began at ${first}`);
  }
  if (listed) {
    const wrong = listed.findIndex((id, at) => events[at]?.id !== id);
    if (wrong >= 0) problems.push(`the history changed at place ${wrong}, where ${listed[wrong]} had been listed`);
    if (first !== undefined && first > listed.length) {
      problems.push(`a stream began at place ${first}, but the list taken after it opened ended at ${listed.length}`);
    }
  }
  const last = events.at(-1);
  if (openAtEnd && last && Date.parse(last.processed_at ?? '') > openedAt && delivered.at(-1) !== last.id) {
    problems.push(`a stream that stayed open did not bring the end, ${last.id}`);
  }
  for (const [id, preview] of previews) {
    const event = events[place.get(id) ?? -1];
    if (event?.type === 'agent.message' && !textOf(event.content).startsWith(preview)) {
      problems.push(`the preview of ${id} is not how its text begins`);
    }
  }
  return problems;
}

function textOf(content: readonly { readonly type: string }[] | undefined): string {
  return (content ?? []).map((block) => ('text' in block ? String(block.text) : '')).join('');
}
