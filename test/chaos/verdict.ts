/** What must be true of a session when everything is over. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultOf, type CallResult } from '../../runtime/contract/results';
import { fromTimestamp, MICROS_PER_MS } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { checkHistory } from '../../runtime/thread/invariants';
import { markIn, MARKS_FILE } from './plan';
import type { Sent } from './session-client';
import type { ChaosSession } from './sessions';
import type { Connection } from './streams';

/** Other errors leave open how far the call got: the model has to look. */
const SAYS_NOT_RUN = /did not run|before it began|has been (?:rejected|denied)/;

/** Compares a history with what its client was told. */
export function checkSent(
  events: readonly SessionEvent[],
  { sent, session }: { readonly sent: Sent; readonly session: ChaosSession },
  secrets: readonly string[],
): string[] {
  const options = { accepted: sent.accepted, secrets, finished: true, selfHosted: session.isOwn };
  const found = checkHistory(events, options);
  const texts = events.flatMap((event) => (event.type === 'user.message' ? [textOf(event.content)] : []));
  const doubled = texts.filter((text, at) => texts.indexOf(text) !== at);
  return [
    ...found.map(({ invariant, eventId, message }) => `invariant ${invariant} at ${eventId ?? 'the end'}: ${message}`),
    ...doubled.map((text) => `a message stands twice: ${text}`),
  ];
}

/** Where calls ran, and what may be said of them. */
export interface Ground {
  /** The directory in which they left their marks. */
  readonly workspace: string;
  /** The event that brings what a worker has to say. */
  readonly resultType: 'agent.tool_result' | 'user.tool_result';
  /** How often a call that was open between two moments may have been begun anew. */
  readonly repeats: (from: number, to: number) => number;
}

/** What was found of the calls. */
export interface CallFindings {
  readonly problems: string[];
  /** How many of them ran. */
  readonly ran: number;
  /** How often one that had run ran again. */
  readonly again: number;
}

/** Compares the calls with the marks that they left. */
export async function checkMarks(events: readonly SessionEvent[], ground: Ground): Promise<CallFindings> {
  const text = await readFile(join(ground.workspace, MARKS_FILE), 'utf8').catch(() => '');
  const times = new Map<string, number>();
  for (const mark of text.split('\n').filter(Boolean)) times.set(mark, (times.get(mark) ?? 0) + 1);
  const problems: string[] = [];
  const ran = times.size;
  const again = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
  for (const use of events) {
    if (use.type !== 'agent.tool_use') continue;
    const mark = markIn(JSON.stringify(use.input)) ?? '';
    const count = times.get(mark) ?? 0;
    const result = events.map(resultOf).find((answer) => answer?.callId === use.id)?.result;
    const most = 1 + ground.repeats(milliseconds(use), result ? milliseconds(result) : Infinity);
    if (count > most) problems.push(`the call ${use.id} ran ${count} times, where ${most} can be explained`);
    problems.push(...checkResult(use.id, count, result, ground.resultType));
    times.delete(mark);
  }
  for (const mark of times.keys()) problems.push(`${mark} was left by a call that is not in the history`);
  return { problems, ran, again };
}

function checkResult(
  id: string,
  times: number,
  result: CallResult | undefined,
  expected: Ground['resultType'],
): string[] {
  if (!result) return times > 0 ? [`the call ${id} ran, but has no result`] : [];
  const text = textOf(result.content);
  if (result.is_error) {
    return times > 0 && SAYS_NOT_RUN.test(text) ? [`the call ${id} ran, but its result says: ${text}`] : [];
  }
  return [
    ...(times > 0 ? [] : [`the call ${id} has a result, but did not run: ${text}`]),
    ...(result.type === expected ? [] : [`the result of the call ${id} is of the type ${result.type}`]),
  ];
}

const milliseconds = ({ processed_at }: SessionEvent): number =>
  (fromTimestamp(processed_at ?? '') ?? 0) / MICROS_PER_MS;

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
