/** A sandbox's worker: what the official one says to the API, with polls in the place of its event stream. */
import { ApiError } from '../../runtime/contract/errors';
import type { EventOf } from '../../runtime/contract/wire';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { Principal, WorkRecord } from '../../runtime/store/ports';
import type { SessionRecord } from '../../runtime/store/records';
import type { Operations, System } from './system';
import type { RequestContext } from '../../runtime/resources/ports';
import type { Process } from './scheduler';

const POLL_MS = 500;
const IDLE_POLLS = 20;
const FIRST_HEARTBEAT = 'NO_HEARTBEAT';

type Ask = <T>(ask: (operations: Operations, context: RequestContext) => Promise<T>) => Promise<T>;

/** The worker cannot go on: its lease or its token is gone. */
class Dismissed extends Error {}

export function startWorker(
  system: System,
  work: WorkRecord,
  session: SessionRecord,
  secret: string,
  retryMs: number,
): void {
  const process = system.process('worker');
  const token: { sessions_token: string } = JSON.parse(Buffer.from(secret, 'base64url').toString());
  const hash = hashOfSecret(token.sessions_token);
  const ask: Ask = async (request) => {
    for (;;) {
      if (process.dead) await new Promise(() => undefined);
      const principal: Principal | undefined = await system.principalOf(hash);
      if (!principal) throw new Dismissed('the token is not valid any more');
      try {
        return await system.request(principal, request);
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) throw error;
        await system.scheduler.sleep(process, retryMs);
      }
    }
  };
  const path = { environment_id: work.environmentId, work_id: work.id };
  const run = async (): Promise<void> => {
    // As our supervisor does: nothing runs before the item is really held.
    let beating: Promise<never> | undefined;
    const held = new Promise<void>((resolve) => {
      beating = beat(system, process, ask, path, resolve);
    });
    await Promise.race([beating, held.then(() => serve(system, process, ask, session))]);
    await ask((operations, context) =>
      operations['environments.work.stop'](context, { path, query: {}, body: { force: true }, headers: {} }),
    );
  };
  run()
    .catch(() => undefined)
    .finally(() => process.kill());
}

async function beat(
  system: System,
  process: Process,
  ask: Ask,
  path: { environment_id: string; work_id: string },
  held: () => void,
): Promise<never> {
  let expected_last_heartbeat = FIRST_HEARTBEAT;
  for (;;) {
    const query = { expected_last_heartbeat };
    const answer = await ask((operations, context) =>
      operations['environments.work.heartbeat'](context, { path, query, body: undefined, headers: {} }),
    );
    if (!answer.lease_extended) throw new Dismissed(answer.state);
    expected_last_heartbeat = answer.last_heartbeat;
    held();
    await system.scheduler.sleep(process, Math.max(1_000, (answer.ttl_seconds * 1_000) / 2));
  }
}

async function serve(system: System, process: Process, ask: Ask, session: SessionRecord): Promise<void> {
  const done = new Set<string>();
  const path = { session_id: session.id };
  for (let idle = 0; idle < IDLE_POLLS;) {
    const { data } = await ask((operations, context) =>
      operations['sessions.events.list'](context, { path, query: { limit: 1_000 }, body: undefined, headers: {} }),
    );
    const answered = new Set(data.flatMap((event) => (event.type === 'user.tool_result' ? [event.tool_use_id] : [])));
    const confirmed = new Set(
      data.flatMap((event) =>
        event.type === 'user.tool_confirmation' && event.result === 'allow' ? [event.tool_use_id] : [],
      ),
    );
    const open = data.filter(
      (event): event is EventOf<'agent.tool_use'> =>
        event.type === 'agent.tool_use' &&
        !answered.has(event.id) &&
        !done.has(event.id) &&
        (event.evaluated_permission === 'allow' || confirmed.has(event.id)),
    );
    for (const use of open) {
      const text = await system.scheduler.io(process, `run ${use.name}`, async () => {
        system.effects.set(use.id, (system.effects.get(use.id) ?? 0) + 1);
        return `ran ${JSON.stringify(use.input)}`;
      });
      const result = {
        type: 'user.tool_result' as const,
        tool_use_id: use.id,
        content: [{ type: 'text' as const, text }],
      };
      try {
        await ask((operations, context) =>
          operations['sessions.events.send'](context, { path, query: {}, body: { events: [result] }, headers: {} }),
        );
      } catch (error) {
        // Answered meanwhile (an interrupt, or this very result whose answer was lost): the call is not ours any more.
        if (!(error instanceof ApiError)) throw error;
      }
      done.add(use.id);
    }
    idle = open.length > 0 ? 0 : idle + 1;
    await system.scheduler.sleep(process, POLL_MS);
  }
}
