/** Logs as long as wanted, written as the harness writes them: two commits a turn, compacted shortly before their end. */
import { systemIds } from '../runtime/contract/ids';
import { MICROS_PER_SECOND, systemClock } from '../runtime/contract/time';
import { ensureRunning, goIdle } from '../runtime/harness/state';
import type { ThreadLog } from '../runtime/store/ports';
import type { Commit, SessionRecord, ThreadRef, ThreadSummary } from '../runtime/store/records';
import { CommitBuilder } from '../runtime/thread/commit-builder';
import { EMPTY_SUMMARY } from '../runtime/thread/summary';
import { forEachOf } from './measure';

/** What one turn leaves: running twice over, the message, the span's start; the answer, the span's end, idle in three. */
export const EVENTS_A_TURN = 9;
const AT_ONCE = 32;
const BATCH = 2_000;
const USAGE = { input_tokens: 900, output_tokens: 60, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

/**
 * Writes turns until the log has about `events` events, with a compaction before the last turn: so all such logs have the same
 * live context, however long they are.
 */
export async function writeLog(
  log: Pick<ThreadLog, 'append'>,
  ref: ThreadRef,
  session: SessionRecord,
  events: number,
): Promise<void> {
  const turns = Math.max(1, Math.round((events - 1) / EVENTS_A_TURN));
  let batch: Commit[] = [];
  const flush = async (): Promise<void> => {
    await forEachOf(batch, AT_ONCE, async (commit) => void (await log.append(ref, commit)));
    batch = [];
  };
  let before = { n: 0, summary: EMPTY_SUMMARY };
  const commit = (fill: (builder: CommitBuilder) => void): void => {
    const builder = new CommitBuilder(before.summary, before.n + 1, stampAfter(before.summary));
    fill(builder);
    const made = builder.build('bench', []);
    batch.push(made);
    before = made;
  };
  for (let turn = 1; turn <= turns; turn += 1) {
    if (turn === turns) {
      commit((builder) =>
        builder.push<'agent.thread_context_compacted'>(
          { type: 'agent.thread_context_compacted' },
          { summary: 'What was said before.' },
        ),
      );
    }
    writeTurn(commit, session, turn);
    if (batch.length >= BATCH) await flush();
  }
  await flush();
}

function writeTurn(
  commit: (fill: (builder: CommitBuilder) => void) => void,
  session: SessionRecord,
  turn: number,
): void {
  let startId = '';
  commit((builder) => {
    ensureRunning(builder, { session });
    const content = [{ type: 'text' as const, text: `Question ${turn}: how is it going?` }];
    builder.push<'user.message'>({ type: 'user.message', content });
    startId = builder.push<'span.model_request_start'>({ type: 'span.model_request_start' }, { purpose: 'turn' });
  });
  commit((builder) => {
    const text = `Answer ${turn}: it is going as well as it did the last time, thank you for asking.`;
    builder.push<'agent.message'>({ type: 'agent.message', content: [{ type: 'text', text }] });
    builder.push<'span.model_request_end'>(
      { type: 'span.model_request_end', model_request_start_id: startId, is_error: false, model_usage: USAGE },
      { purpose: 'turn', response: [{ type: 'text', text, citations: null }], contextTokens: 1_000 },
    );
    goIdle(builder, session, { type: 'end_turn' });
  });
}

/** Two seconds after the log's end, or an hour ago: what is written here lies in the past. */
function stampAfter({ lastAt }: ThreadSummary) {
  const now = lastAt === 0 ? systemClock.now() - 24 * 3_600 * MICROS_PER_SECOND : lastAt + MICROS_PER_SECOND / 10;
  return { now, eventId: () => systemIds.make('event') };
}
