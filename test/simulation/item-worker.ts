/** A work item in a worker's hands: what the official worker says to the API, with polls in the place of its event stream, or our bell. */
import { ApiError } from '../../runtime/contract/errors';
import type { EventOf, SessionEvent } from '../../runtime/contract/wire';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { RequestContext } from '../../runtime/resources/ports';
import { Hearing } from './hearing';
import { Dismissed, patiently } from './patience';
import type { Process } from './scheduler';
import type { Operations, System } from './system';
import { Workspace } from './workspace';

const POLL_MS = 500;
const IDLE_POLLS = 10;
const FIRST_HEARTBEAT = 'NO_HEARTBEAT';

/** `what` names the request where faults strike. */
type Ask = <T>(what: string, ask: (operations: Operations, context: RequestContext) => Promise<T>) => Promise<T>;
type Use = EventOf<'agent.tool_use'>;

/** An item in a worker's hands. */
export interface Held {
  readonly environmentId: string;
  readonly workId: string;
  readonly sessionId: string;
  /** The item's secret, as a poll or the exchange of a claim gives it. */
  readonly secret: string;
  /** Whether a bell tells of the session. */
  readonly isTold: boolean;
  /** Whether its files are kept when it goes, where any are. */
  readonly keepsFiles: boolean;
}

/** The worker was asked to stop. */
class Stopped extends Error {}

const CUT_SHORT = 'The call was cut short. It may or may not have taken effect.';
const NO_FILES = 'The files of the session could not be brought back, so the call did not run.';

/** Serves one item: holds it by heartbeats, runs the calls of its session, and gives it back. */
export class ItemWorker {
  readonly #token: string;
  readonly #hash: string;
  readonly #ask: Ask;
  readonly #path: { environment_id: string; work_id: string };
  readonly #done = new Set<string>();
  readonly #workspace: Workspace | undefined;
  /** Aborts when the item is to be given back, or is lost. */
  readonly #end = new AbortController();
  #serving: Promise<void> = Promise.resolve();
  /** Whether a call has run of which nothing was said yet. */
  #isOpen = false;
  /** The call under way, and what cuts it short. */
  #running: { readonly id: string; readonly cut: AbortController } | undefined;

  constructor(
    private readonly system: System,
    private readonly process: Process,
    private readonly held: Held,
    retryMs: number,
  ) {
    const token: { sessions_token: string } = JSON.parse(Buffer.from(held.secret, 'base64url').toString());
    this.#token = token.sessions_token;
    this.#hash = hashOfSecret(this.#token);
    this.#path = { environment_id: held.environmentId, work_id: held.workId };
    const { archives } = system;
    if (archives && held.keepsFiles)
      this.#workspace = new Workspace({ system, archives, process, secretHash: this.#hash, retryMs });
    this.#ask = (what, request) =>
      patiently(system, process, { retryMs, what }, async () => {
        const principal = await system.principalOf(this.#hash);
        if (!principal) throw new Dismissed('the token is not valid any more');
        return system.request(principal, request);
      });
  }

  /** Ends when nothing was to do for a while, when the session ends, on request, or when the lease is lost. */
  async run(): Promise<void> {
    const hearing = this.held.isTold ? this.#hearing() : undefined;
    // As our supervisor does: nothing runs before the item is really held.
    let beating: Promise<never> | undefined;
    const held = new Promise<void>((resolve) => {
      beating = this.#beat(resolve);
    });
    const serving = held.then(() => {
      this.#serving = hearing ? this.#serveHearing(hearing) : this.#serve();
      return this.#serving;
    });
    try {
      await Promise.race([beating, serving]);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#end.abort();
      this.#running?.cut.abort();
      hearing?.leave();
      await this.#leaveWorkspace();
    }
    // Before the item is given back, it is said what became of the call under way. Who could not say it lets the lease end.
    await this.#serving.catch((error: unknown) => {
      if (this.#isOpen) throw error;
    });
    await this.#ask('stop', (operations, context) =>
      operations['environments.work.stop'](context, {
        path: this.#path,
        query: {},
        body: { force: true },
        headers: {},
      }),
    );
  }

  /** When the last tool has ended, and whether or not the item is still held. */
  async #leaveWorkspace(): Promise<void> {
    if (!this.#workspace) return;
    await this.#serving.catch(() => undefined);
    await this.#workspace.leave();
  }

  async #beat(held: () => void): Promise<never> {
    let expected_last_heartbeat = FIRST_HEARTBEAT;
    for (;;) {
      if (this.#end.signal.aborted) return new Promise<never>(() => undefined);
      const { leaseSeconds: desired_ttl_seconds } = this.system.worker;
      const query = { expected_last_heartbeat, ...(desired_ttl_seconds ? { desired_ttl_seconds } : {}) };
      const what = expected_last_heartbeat === FIRST_HEARTBEAT ? 'first heartbeat' : 'heartbeat';
      const answer = await this.#ask(what, (operations, context) =>
        operations['environments.work.heartbeat'](context, { path: this.#path, query, body: undefined, headers: {} }),
      );
      if (!answer.lease_extended) throw new Stopped(answer.state);
      expected_last_heartbeat = answer.last_heartbeat;
      held();
      await this.system.scheduler.sleep(this.process, Math.max(1_000, (answer.ttl_seconds * 1_000) / 2));
    }
  }

  async #serve(): Promise<void> {
    for (let idle = 0; idle < IDLE_POLLS && !this.#end.signal.aborted;) {
      const events = await this.#list();
      if (events.some(({ type }) => type === 'session.status_terminated')) return;
      const open = runnable(events).filter(({ id }) => !this.#done.has(id));
      for (const use of open) {
        if (this.#end.signal.aborted) return;
        await this.#run(use);
        this.#done.add(use.id);
      }
      idle = open.length > 0 ? 0 : idle + 1;
      await this.system.scheduler.sleep(this.process, POLL_MS);
    }
  }

  #hearing(): Hearing {
    const { system, process, held } = this;
    return new Hearing({
      system,
      process,
      sessionId: held.sessionId,
      token: this.#token,
      principal: () => system.principalOf(this.#hash),
      isBusy: () => this.#running !== undefined,
      list: () => this.#list(),
      heard: (event) => {
        // The worker reads its stream between calls; the supervisor sees at once that the call under way is answered.
        if (event.type === 'user.tool_result' && event.tool_use_id === this.#running?.id) this.#running.cut.abort();
      },
    });
  }

  async #serveHearing(hearing: Hearing): Promise<void> {
    void hearing.listen();
    while (!this.#end.signal.aborted) {
      if (hearing.events.some(({ type }) => type === 'session.status_terminated')) return;
      const use = runnable(hearing.events).find(({ id }) => !this.#done.has(id));
      if (use) {
        hearing.serves();
        const begunAt = this.system.scheduler.now();
        await this.#run(use);
        this.#done.add(use.id);
        this.system.runs.push({ id: use.id, begunAt, endedAt: this.system.scheduler.now() });
      } else if (!(await hearing.waitForNews())) return;
    }
  }

  async #list(): Promise<SessionEvent[]> {
    const path = { session_id: this.held.sessionId };
    const { data } = await this.#ask('list', (operations, context) =>
      operations['sessions.events.list'](context, { path, query: { limit: 1_000 }, body: undefined, headers: {} }),
    );
    return data;
  }

  async #run(use: Use): Promise<void> {
    const isReady = (await this.#workspace?.isReady()) ?? true;
    this.#isOpen = true;
    const { said, isError } = isReady ? await this.#execute(use) : { said: NO_FILES, isError: true };
    const result = {
      type: 'user.tool_result' as const,
      tool_use_id: use.id,
      content: [{ type: 'text' as const, text: said }],
      is_error: isError,
    };
    const path = { session_id: this.held.sessionId };
    try {
      await this.#ask('send', (operations, context) =>
        operations['sessions.events.send'](context, { path, query: {}, body: { events: [result] }, headers: {} }),
      );
      if (isReady) this.system.delivered.set(use.id, said);
    } catch (error) {
      // Answered meanwhile (an interrupt, or this very result whose answer was lost): the call is not ours any more.
      if (!(error instanceof ApiError)) throw error;
    }
    this.#isOpen = false;
  }

  async #execute(use: Use): Promise<{ said: string; isError: boolean }> {
    const { system, process } = this;
    const work = async (): Promise<string> => {
      this.#workspace?.mark(use.id);
      system.effects.set(use.id, (system.effects.get(use.id) ?? 0) + 1);
      return `ran ${JSON.stringify(use.input)}`;
    };
    const cut = new AbortController();
    if (this.#end.signal.aborted) cut.abort();
    this.#running = { id: use.id, cut };
    const done = await system.scheduler.io(process, `run ${use.name}`, work, { once: true });
    const toolMs = system.worker.toolMs(String(use.input['command']));
    await system.scheduler.sleep(process, toolMs, cut.signal);
    const isCut = toolMs > 0 && cut.signal.aborted;
    this.#running = undefined;
    return { said: isCut ? CUT_SHORT : done, isError: isCut };
  }
}

/** The calls that may run and have no answer, as a worker sees it from the list. */
function runnable(events: readonly SessionEvent[]): Use[] {
  const answered = new Set(events.flatMap((event) => (event.type === 'user.tool_result' ? [event.tool_use_id] : [])));
  const allowed = new Set(
    events.flatMap((event) =>
      event.type === 'user.tool_confirmation' && event.result === 'allow' ? [event.tool_use_id] : [],
    ),
  );
  return events.filter(
    (event): event is Use =>
      event.type === 'agent.tool_use' &&
      !answered.has(event.id) &&
      (event.evaluated_permission === 'allow' || allowed.has(event.id)),
  );
}
