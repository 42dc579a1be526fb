/**
 * A patient client: it sends, and when a connection breaks it looks whether its event arrived before it sends again. Whatever it
 * was told it remembers, and it complains when the service later says otherwise.
 */
import type { EventParams, SessionEvent } from '../../runtime/contract/wire';
import type { RequestContext } from '../../runtime/resources/ports';
import { claimed, newWork, stopped } from '../../runtime/resources/work-item';
import { mintSessionToken } from '../../runtime/resources/work-token';
import type { Principal } from '../../runtime/store/ports';
import type { SessionRecord } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { unforgotten } from './audit';
import { isRefusal } from './errors';
import type { Process } from './scheduler';
import { refOf, type Operations, type System } from './system';

/** A client that waits looks more and more rarely. */
const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 2_000;
const SLOWING = 1.2;
const RETRY_MS = 1_000;
const NOT_FOUND = 404;

type Answer = 'done' | 'refused' | 'gone';

export class Client {
  readonly accepted: string[] = [];
  readonly problems: string[] = [];
  /** What it gave as results of its own tools. */
  readonly answers = new Set<string>();
  /** Whether it has had a worker stopped that was running a call. */
  hasCutShort = false;
  /** What it wrote on the session's work item. */
  label: string | undefined;
  readonly #principal: Principal;
  readonly #seen = new Set<string>();
  /** The longest history that was listed, event by event. */
  #history: readonly string[] = [];

  constructor(
    private readonly system: System,
    private readonly process: Process,
    readonly session: SessionRecord,
    readonly random: () => number,
  ) {
    this.#principal = { kind: 'api_key', workspace: session.workspace, keyId: 'apikey_1' };
  }

  message(said: string): Promise<void> {
    return this.send({ type: 'user.message', content: [{ type: 'text', text: said }] });
  }

  /** Sends events in one request, for as long as it takes. A 4xx means that they are not wanted any more. */
  async send(...events: EventParams[]): Promise<void> {
    const [first] = events;
    for (const event of events) {
      if (event.type === 'user.custom_tool_result') this.answers.add(JSON.stringify(event.content));
    }
    for (;;) {
      try {
        const { data } = await this.#ask((operations, context) =>
          operations['sessions.events.send'](context, {
            path: { session_id: this.session.id },
            query: {},
            body: { events },
            headers: {},
          }),
        );
        for (const { id } of data ?? []) this.#accept(id);
        return;
      } catch (error) {
        if (isRefusal(error)) return;
        await this.pause(RETRY_MS);
        const all = await this.list();
        const arrived = all.findIndex((other) => !this.#seen.has(other.id) && first && isSame(other, first));
        if (arrived < 0) continue;
        for (const event of events) {
          const mine = all.find((other) => !this.#seen.has(other.id) && isSame(other, event));
          if (mine) this.#accept(mine.id);
          else this.problems.push(`of one request only a part arrived: ${event.type} is missing`);
        }
        return;
      }
    }
  }

  rename(title: string): Promise<Answer> {
    return this.#insist((operations, context) =>
      operations['sessions.update'](context, {
        path: { session_id: this.session.id },
        query: {},
        body: { title },
        headers: {},
      }),
    );
  }

  /** Raises the cap of the session's budget. */
  raiseBudget(amount: string): Promise<Answer> {
    return this.#insist((operations, context) =>
      operations['sessions.update'](context, {
        path: { session_id: this.session.id },
        query: {},
        body: { budget: { type: 'limit', max_list_cost: { amount, currency: 'USD' } } },
        headers: {},
      }),
    );
  }

  /**
   * Stops the session's worker, as an operator does: at once (`force`), or so that it hears of it with its next heartbeat. An
   * operator who got no answer may leave it at that.
   */
  async stopWorker(force: boolean): Promise<Answer | 'lost'> {
    const body = { force };
    const isRunning = this.system.effects.size > 0;
    const isPatient = this.random() < 0.5;
    return this.#toWork(async (path) => {
      const stop = (operations: Operations, context: RequestContext): Promise<unknown> =>
        operations['environments.work.stop'](context, { path, query: {}, body, headers: {} });
      const answer = await (isPatient ? this.#insist(stop) : this.#ask(stop).then(() => 'done' as const, answerOf));
      this.hasCutShort ||= isRunning && answer === 'done';
      return answer;
    });
  }

  /** Writes a label on the session's work item. */
  async labelWorker(label: string): Promise<Answer> {
    const answer = await this.#toWork((path) =>
      this.#insist((operations, context) =>
        operations['environments.work.update'](context, {
          path,
          query: {},
          body: { metadata: { label } },
          headers: {},
        }),
      ),
    );
    if (answer === 'done') this.label = label;
    return answer;
  }

  async #toWork<T>(act: (path: { environment_id: string; work_id: string }) => Promise<T>): Promise<T | 'gone'> {
    const { workspace, environmentId, id } = this.session;
    const work = await this.system.bare().work.getBySession(workspace, environmentId, id);
    return work ? act({ environment_id: environmentId, work_id: work.id }) : 'gone';
  }

  archive(): Promise<Answer> {
    return this.#end('sessions.archive');
  }

  delete(): Promise<Answer> {
    return this.#end('sessions.delete');
  }

  /** Asks for it until its tombstone is there, and no more, whether or not there is an answer. */
  async beginDelete(): Promise<void> {
    const input = { path: { session_id: this.session.id }, query: {}, body: undefined, headers: {} };
    for (;;) {
      await this.#ask((operations, context) => operations['sessions.delete'](context, input)).catch(() => undefined);
      if ((await unforgotten(this.system, this.session)).length > 0) return;
      await this.pause(RETRY_MS);
    }
  }

  /** A harness that slept through the session's end writes what it had in hand, and dies. */
  async haunt(title: string): Promise<void> {
    const late = this.system.process('late', false);
    const { log } = this.system.depsOf(late).store;
    const event = { id: 'sevt_late', type: 'session.updated' as const, title, processed_at: '' };
    const commit = { n: 99, at: 1, by: 'late', records: [{ event }], consumed: [], summary: EMPTY_SUMMARY };
    await log.append(refOf(this.session), commit);
    late.kill();
  }

  /** The same of one that was about to have the session's calls served, or whose worker was about to leave. */
  async hauntWork(isStopped: boolean): Promise<void> {
    const late = this.system.process('late', false);
    const deps = this.system.depsOf(late);
    const { work } = deps.store;
    const now = this.system.scheduler.now();
    const item = newWork('work_late', this.session, now);
    await work.create(item);
    if (isStopped) {
      const { hash } = await mintSessionToken(deps, item);
      const held = claimed(item, hash, 0, now);
      await work.update(held);
      await work.update(stopped(held, now));
    }
    late.kill();
  }

  /** Another session wants a sandbox, of which only the start is played: its claim is good for nothing. */
  wantAnother(): void {
    const rival = this.system.process('rival');
    const { launcher } = this.system.depsOf(rival);
    const session = { ...this.session, id: 'sesn_another' };
    const work = newWork('work_another', session, this.system.scheduler.now());
    void launcher
      .start(work, session, 'claim of another')
      .finally(() => (rival.isOver = true))
      .catch(() => undefined);
  }

  /** The stack is deployed again: so many sandboxes are to stand ready from now on. */
  resizePool(size: number): void {
    if (this.system.pool) this.system.pool.size = size;
  }

  #end(operation: 'sessions.archive' | 'sessions.delete'): Promise<Answer> {
    const input = { path: { session_id: this.session.id }, query: {}, body: undefined, headers: {} };
    return this.#insist((operations, context) => operations[operation](context, input));
  }

  /** The session's events as a client lists them. */
  async list(): Promise<SessionEvent[]> {
    for (;;) {
      const owed = [...this.accepted];
      try {
        const { data } = await this.#ask((operations, context) =>
          operations['sessions.events.list'](context, {
            path: { session_id: this.session.id },
            query: { limit: 1_000 },
            body: undefined,
            headers: {},
          }),
        );
        this.#compare(data, owed);
        return data;
      } catch (error) {
        if (isRefusal(error)) return [];
        await this.pause(RETRY_MS);
      }
    }
  }

  /** Waits until the history says so. */
  async until(holds: (events: SessionEvent[]) => boolean): Promise<SessionEvent[]> {
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * SLOWING, LAST_POLL_MS)) {
      const events = await this.list();
      if (holds(events)) return events;
      await this.pause(pause);
    }
  }

  /** Waits for the idle that ends the turn of the message with this text. */
  idleAfter(said: string): Promise<SessionEvent[]> {
    return this.until((events) => {
      const at = events.findIndex((event) => event.processed_at && isMessage(event, said));
      return at >= 0 && events.slice(at).some(({ type }) => type === 'session.status_idle');
    });
  }

  pause(ms: number): Promise<void> {
    return this.system.scheduler.sleep(this.process, ms);
  }

  #ask<T>(ask: (operations: Operations, context: RequestContext) => Promise<T>): Promise<T> {
    return this.system.request(this.#principal, ask);
  }

  async #insist(ask: (operations: Operations, context: RequestContext) => Promise<unknown>): Promise<Answer> {
    for (;;) {
      try {
        await this.#ask(ask);
        return 'done';
      } catch (error) {
        const answer = answerOf(error);
        if (answer !== 'lost') return answer;
        await this.pause(RETRY_MS);
      }
    }
  }

  #accept(id: string): void {
    this.#seen.add(id);
    this.accepted.push(id);
  }

  /** What was accepted is listed from then on, and history is only added to. */
  #compare(events: readonly SessionEvent[], owed: readonly string[]): void {
    const ids = new Set(events.map(({ id }) => id));
    if (ids.size < events.length) this.problems.push('an event stands twice in a list');
    for (const id of owed) if (!ids.has(id)) this.problems.push(`a list lacks the accepted event ${id}`);
    const history = events.filter(({ processed_at }) => processed_at).map((event) => JSON.stringify(event));
    const [shorter, longer] =
      history.length < this.#history.length ? [history, this.#history] : [this.#history, history];
    const at = shorter.findIndex((event, index) => event !== longer[index]);
    if (at >= 0) this.problems.push(`two lists differ: ${shorter[at]} and ${longer[at]}`);
    this.#history = longer;
  }
}

const answerOf = (error: unknown): Answer | 'lost' => {
  if (!isRefusal(error)) return 'lost';
  return error.status === NOT_FOUND ? 'gone' : 'refused';
};

const isMessage = (event: SessionEvent, said: string): boolean =>
  event.type === 'user.message' && JSON.stringify(event.content).includes(JSON.stringify(said));

function isSame(event: SessionEvent, sent: EventParams): boolean {
  const fields: Record<string, unknown> = { ...event };
  return Object.entries(sent).every(([key, value]) => JSON.stringify(fields[key]) === JSON.stringify(value));
}
