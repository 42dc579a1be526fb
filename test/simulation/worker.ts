/** Workers: what the official one says to the API, with polls in the place of its event stream. */
import { ApiError } from '../../runtime/contract/errors';
import type { EventOf, SessionEvent } from '../../runtime/contract/wire';
import { hashOfSecret } from '../../runtime/resources/keys';
import { exchangeClaim } from '../../runtime/resources/sandbox-claim';
import type { RequestContext } from '../../runtime/resources/ports';
import type { SandboxOrder } from '../../runtime/sandbox/container-contract';
import type { Principal } from '../../runtime/store/ports';
import type { Process } from './scheduler';
import type { Operations, System } from './system';

const POLL_MS = 500;
const IDLE_POLLS = 10;
const FIRST_HEARTBEAT = 'NO_HEARTBEAT';
/** A user's init system starts a worker again that died. */
const RESTART_MS = 4_000;
const QUEUE_POLL_MS = 1_500;

/** `what` names the request where faults strike. */
type Ask = <T>(what: string, ask: (operations: Operations, context: RequestContext) => Promise<T>) => Promise<T>;
type Use = EventOf<'agent.tool_use'>;

/** An item in a worker's hands. */
interface Held {
  readonly environmentId: string;
  readonly workId: string;
  readonly sessionId: string;
  /** The item's secret, as a poll or the exchange of a claim gives it. */
  readonly secret: string;
}

/** The worker cannot go on: its lease or its token is gone. */
class Dismissed extends Error {}
/** The worker was asked to stop. */
class Stopped extends Error {}

const CUT_SHORT = 'The call was cut short. It may or may not have taken effect.';

/** A task of the cluster: its container exchanges the claim, serves its item, and ends. */
export function startTask(system: System, order: SandboxOrder, retryMs: number): Process {
  const process = system.process('worker');
  const run = async (): Promise<void> => {
    const { environmentId, workId, sessionId, claim } = order;
    const secretHash = hashOfSecret(claim);
    const { secret } = await patiently(system, process, { retryMs, what: 'claim' }, async () => {
      const principal = await system.principalOf(secretHash);
      if (!principal) throw new Dismissed('the claim is not valid any more');
      return system.inApi((deps) => exchangeClaim(deps, { principal, secretHash }));
    });
    await new ItemWorker(system, process, { environmentId, workId, sessionId, secret }, retryMs).run();
  };
  run()
    .catch(() => undefined)
    .finally(() => process.kill());
  return process;
}

/** A user's own worker: it polls its environment's queue for as long as the simulation goes on, and is started again when it dies. */
export function startPoller(system: System, principal: Principal & { kind: 'environment_key' }, retryMs: number): void {
  const process = system.process('worker');
  const outside = system.process('init', false);
  process.onDeath.push(() => {
    void system.scheduler.sleep(outside, RESTART_MS).then(() => startPoller(system, principal, retryMs));
  });
  void pollForEver(system, process, principal, retryMs);
}

async function pollForEver(
  system: System,
  process: Process,
  principal: Principal & { kind: 'environment_key' },
  retryMs: number,
): Promise<void> {
  const environmentPath = { environment_id: principal.environmentId };
  for (;;) {
    await system.scheduler.sleep(process, QUEUE_POLL_MS);
    try {
      const work = await system.request(principal, (operations, context) =>
        operations['environments.work.poll'](context, {
          path: environmentPath,
          query: {},
          body: undefined,
          headers: { 'Anthropic-Worker-ID': process.name },
        }),
      );
      if (!work?.secret) continue;
      const path = { ...environmentPath, work_id: work.id };
      await system.request(principal, (operations, context) =>
        operations['environments.work.ack'](context, { path, query: {}, body: undefined, headers: {} }),
      );
      const held = {
        environmentId: work.environment_id,
        workId: work.id,
        sessionId: work.data.id,
        secret: work.secret,
      };
      await new ItemWorker(system, process, held, retryMs).run();
    } catch {
      // One item that fails does not end the official worker either; the next poll finds what is left to do.
    }
  }
}

/** Asks until there is an answer; a refusal is one. */
async function patiently<T>(
  system: System,
  process: Process,
  { retryMs, what }: { readonly retryMs: number; readonly what: string },
  attempt: () => Promise<T>,
): Promise<T> {
  for (;;) {
    if (process.dead) await new Promise(() => undefined);
    await system.scheduler.io(process, `ask ${what}`, async () => undefined).catch(() => undefined);
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Dismissed || (error instanceof ApiError && error.status < 500)) throw error;
      await system.scheduler.sleep(process, retryMs);
    }
  }
}

/** Serves one item: holds it by heartbeats, runs the calls of its session, and gives it back. */
class ItemWorker {
  readonly #hash: string;
  readonly #ask: Ask;
  readonly #path: { environment_id: string; work_id: string };
  readonly #done = new Set<string>();
  /** Aborts when the item is to be given back, or is lost. */
  readonly #end = new AbortController();
  #serving: Promise<void> = Promise.resolve();
  /** Whether a call has run of which nothing was said yet. */
  #isOpen = false;

  constructor(
    private readonly system: System,
    private readonly process: Process,
    private readonly held: Held,
    retryMs: number,
  ) {
    const token: { sessions_token: string } = JSON.parse(Buffer.from(held.secret, 'base64url').toString());
    this.#hash = hashOfSecret(token.sessions_token);
    this.#path = { environment_id: held.environmentId, work_id: held.workId };
    this.#ask = (what, request) =>
      patiently(system, process, { retryMs, what }, async () => {
        const principal = await system.principalOf(this.#hash);
        if (!principal) throw new Dismissed('the token is not valid any more');
        return system.request(principal, request);
      });
  }

  /** Ends when nothing was to do for a while, when the session ends, on request, or when the lease is lost. */
  async run(): Promise<void> {
    // As our supervisor does: nothing runs before the item is really held.
    let beating: Promise<never> | undefined;
    const held = new Promise<void>((resolve) => {
      beating = this.#beat(resolve);
    });
    const serving = held.then(() => {
      this.#serving = this.#serve();
      return this.#serving;
    });
    try {
      await Promise.race([beating, serving]);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#end.abort();
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

  async #beat(held: () => void): Promise<never> {
    let expected_last_heartbeat = FIRST_HEARTBEAT;
    for (;;) {
      if (this.#end.signal.aborted) return new Promise<never>(() => undefined);
      const query = { expected_last_heartbeat };
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

  async #list(): Promise<SessionEvent[]> {
    const path = { session_id: this.held.sessionId };
    const { data } = await this.#ask('list', (operations, context) =>
      operations['sessions.events.list'](context, { path, query: { limit: 1_000 }, body: undefined, headers: {} }),
    );
    return data;
  }

  async #run(use: Use): Promise<void> {
    const { system, process } = this;
    const work = async (): Promise<string> => {
      system.effects.set(use.id, (system.effects.get(use.id) ?? 0) + 1);
      return `ran ${JSON.stringify(use.input)}`;
    };
    this.#isOpen = true;
    const done = await system.scheduler.io(process, `run ${use.name}`, work, { once: true });
    const toolMs = system.toolMs(String(use.input['command']));
    await system.scheduler.sleep(process, toolMs, this.#end.signal);
    const isCut = toolMs > 0 && this.#end.signal.aborted;
    const text = isCut ? CUT_SHORT : done;
    const result = {
      type: 'user.tool_result' as const,
      tool_use_id: use.id,
      content: [{ type: 'text' as const, text }],
      is_error: isCut,
    };
    const path = { session_id: this.held.sessionId };
    try {
      await this.#ask('send', (operations, context) =>
        operations['sessions.events.send'](context, { path, query: {}, body: { events: [result] }, headers: {} }),
      );
      system.delivered.set(use.id, text);
    } catch (error) {
      // Answered meanwhile (an interrupt, or this very result whose answer was lost): the call is not ours any more.
      if (!(error instanceof ApiError)) throw error;
    }
    this.#isOpen = false;
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
