import type { Commit, InboxEntry, InboxItem, ThreadSummary } from '../store/records';
import type { ClientEvent, SessionStatus } from '../contract/wire';

/** The id that names an entry: its event's, or its own when it is a signal. */
export function entryId(entry: InboxEntry): string {
  return entry.event ? entry.event.id : entry.id;
}

/**
 * The entries that really wait. A crash between a commit and the deletes leaves used-up items behind, but only those that
 * the last commit names, and a half-used item stands in the summary; so dropping these two leaves what is not yet history.
 */
export function waiting(items: readonly InboxItem[], last: Commit | undefined): InboxItem[] {
  if (!last) return [...items];
  const used = new Set(last.consumed);
  return items.flatMap((item) => {
    if (used.has(item.key)) return [];
    const done = last.summary.partial[item.key];
    if (!done) return [item];
    const entries = item.entries.filter((entry) => !done.includes(entryId(entry)));
    return entries.length === 0 ? [] : [{ ...item, entries }];
  });
}

/** The calls of a worker that died, of whose end the thread was told and has not said anything yet. */
export function lostCalls(items: readonly InboxItem[]): string[] {
  return items.flatMap((item) =>
    item.entries.flatMap(({ signal }) => (signal?.type === 'sandbox_lost' ? signal.calls : [])),
  );
}

/** The client's events among them, in order of acceptance: what a list shows at its tail. */
export function pendingEvents(items: readonly InboxItem[]): ClientEvent[] {
  return items.flatMap((item) => item.entries.flatMap((entry) => (entry.event ? [entry.event] : [])));
}

/**
 * Whether the thread will move without anybody's further help: it is idle by its last commit, yet input waits that a wake
 * will take up. A client that has just sent a message must not read `idle` and think its turn is over.
 */
export function willRun(summary: ThreadSummary, items: readonly InboxItem[]): boolean {
  if (summary.status !== 'idle') return false;
  const held = summary.openCalls.length > 0;
  const capped = summary.stopReason?.type === 'budget_reached';
  return pendingEvents(items).some((event) => {
    switch (event.type) {
      case 'user.message':
      case 'user.define_outcome':
        return !held && !capped;
      case 'user.tool_confirmation':
      case 'user.custom_tool_result':
      case 'user.tool_result':
        return held;
      default:
        return false;
    }
  });
}

/** The status that the API shows: the last commit's, but `running` where waiting input is about to make it so. */
export function publicStatus(summary: ThreadSummary, items: readonly InboxItem[]): SessionStatus {
  return willRun(summary, items) ? 'running' : summary.status;
}
