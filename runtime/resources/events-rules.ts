/**
 * Which events a thread takes (reference 6.2). Rules look at the session, at the last commit's summary and at what waits in
 * the inbox, so that a call is not answered twice; what still slips through, two answers at the same instant, the harness
 * records as too late.
 */
import { forbidden, invalid } from '../contract/errors';
import type { IdSource } from '../contract/ids';
import type { Micros } from '../contract/time';
import type { ClientEvent, ClientEventType, EventOf, EventParams } from '../contract/wire';
import { traitsOf } from '../model/traits';
import type { Principal } from '../store/ports';
import type { OpenCall, SessionRecord, ThreadSummary } from '../store/records';
import { isOverBudget } from '../thread/summary';
import { checkContent } from './events-content';
import { isWorker } from './events-view';

/** What the rules look at. `pending` are the events that wait, in order of acceptance. */
export interface Admission {
  readonly session: SessionRecord;
  readonly summary: ThreadSummary;
  readonly pending: readonly ClientEvent[];
  readonly principal: Principal;
  readonly now: Micros;
  readonly ids: IdSource;
}

type Params<T extends ClientEventType> = Extract<EventParams, { type: T }>;

/** What a thread at its budget's cap still takes (reference 5.6). */
const TAKEN_AT_CAP: readonly string[] = [
  'user.tool_confirmation',
  'user.tool_result',
  'user.custom_tool_result',
  'user.interrupt',
];
const WORKER_EVENTS: readonly string[] = ['user.tool_result', 'user.custom_tool_result'];
const RESULTS: readonly string[] = ['user.tool_result', 'user.custom_tool_result'];
/** What a system message may follow. */
const ACCOMPANIED: readonly string[] = ['user.message', ...RESULTS];

/**
 * The events that a request becomes, with their ids, in the order sent.
 *
 * @throws ApiError 400 or 403 for the first event that breaks a rule; then none of them may be taken.
 */
export function admit(admission: Admission, params: readonly EventParams[]): ClientEvent[] {
  const { session, summary } = admission;
  if (session.archivedAt !== null) throw invalid(`Session ${session.id} is archived and takes no more events.`);
  if (summary.status === 'terminated') throw invalid(`Session ${session.id} has terminated and takes no more events.`);
  const answers = new Answers(admission);
  return params.map((event, i) => {
    const at = `events.${i}.${event.type.replace('.', '_')}`;
    checkSender(admission, event, i);
    checkBudget(admission, event, at);
    if (event.type === 'system.message') checkSystemMessage(admission, params, i, at);
    return admitOne(admission, answers, event, i, at);
  });
}

function admitOne(admission: Admission, answers: Answers, event: EventParams, i: number, at: string): ClientEvent {
  const id = admission.ids.make('event');
  switch (event.type) {
    case 'user.message':
      checkContent(event.content, `${at}.content`);
      return { id, ...stated(event) };
    case 'user.interrupt':
      return interrupt(admission, event, id, at);
    case 'user.tool_confirmation':
      return answers.confirm(event, id, at);
    case 'user.custom_tool_result':
    case 'user.tool_result':
      return answers.result(event, id, at);
    case 'system.message':
      return { id, ...stated(event) };
    case 'user.define_outcome':
      throw invalid(`events.${i}: \`user.define_outcome\` is not served yet`);
  }
}

/** The event without fields that are null: the log leaves out what does not apply (reference 6.1). */
function stated<T extends EventParams>(event: T): T {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)) as T;
}

function checkSender({ principal, session }: Admission, event: EventParams, i: number): void {
  if (isWorker(principal)) {
    if (!WORKER_EVENTS.includes(event.type)) throw forbidden(`events[${i}]: a worker may send tool results only`);
    if (principal.kind === 'environment_key' && session.environmentConfig.type === 'cloud') {
      throw forbidden(`events[${i}]: only the environment's own worker may send results in a cloud environment`);
    }
  } else if (event.type === 'user.tool_result') {
    throw forbidden(
      `events[${i}]: \`user.tool_result\` may only be sent with environment credentials (the self-hosted runner's ` +
        'Session-Instance JWT); an API key or Console session cannot post this event type',
    );
  }
}

function checkBudget({ session, summary, now }: Admission, event: EventParams, at: string): void {
  if (!TAKEN_AT_CAP.includes(event.type) && isOverBudget(session, summary, now)) {
    throw invalid(`${at}: the session has reached its budget; raise or remove budget.max_list_cost to go on`);
  }
}

function interrupt(
  { session }: Admission,
  event: Params<'user.interrupt'>,
  id: string,
  at: string,
): EventOf<'user.interrupt'> {
  const { session_thread_id: thread } = event;
  if (thread && thread !== session.threadId) {
    throw invalid(`${at}.session_thread_id: the session has no live thread \`${thread}\``);
  }
  return { id, ...stated(event) };
}

/** Placement and support of a system message (reference 6.2). On its own it is taken too, as earlier examples send it. */
function checkSystemMessage({ session, summary }: Admission, params: readonly EventParams[], i: number, at: string) {
  const before = params[i - 1]?.type;
  if (i !== params.length - 1) throw invalid(`${at}: a system.message must be the last event of its request`);
  if (before !== undefined && !ACCOMPANIED.includes(before)) {
    throw invalid(`${at}: a system.message must directly follow the user.message or tool result that it accompanies`);
  }
  if (summary.stopReason?.type === 'requires_action' && !(before !== undefined && RESULTS.includes(before))) {
    throw invalid(`${at}: while tool calls wait for the client, a system.message may only follow a tool result`);
  }
  if (!traitsOf(session.agent.model.id).midConversationSystem) {
    throw invalid(
      `${at}: model \`${session.agent.model.id}\` does not support system messages within a conversation`,
      'model_does_not_support_mid_conversation_system',
    );
  }
}

/** Keeps account of the open calls while the events of a request are looked at one after the other. */
class Answers {
  readonly #calls: ReadonlyMap<string, OpenCall>;
  readonly #verdicts = new Map<string, 'allow' | 'deny'>();
  readonly #answered = new Set<string>();

  constructor({ summary, pending }: Admission) {
    this.#calls = new Map(summary.openCalls.map((call) => [call.id, call]));
    for (const call of summary.openCalls) if (call.verdict) this.#verdicts.set(call.id, call.verdict);
    for (const event of pending) {
      if (event.type === 'user.tool_confirmation') this.#verdicts.set(event.tool_use_id, event.result);
      else if (event.type === 'user.tool_result') this.#answered.add(event.tool_use_id);
      else if (event.type === 'user.custom_tool_result') this.#answered.add(event.custom_tool_use_id);
    }
  }

  confirm(event: Params<'user.tool_confirmation'>, id: string, at: string): EventOf<'user.tool_confirmation'> {
    const callId = event.tool_use_id;
    const call = this.#open(callId, `${at}.tool_use_id`);
    if (call.permission !== 'ask') throw invalid(`${at}.tool_use_id: \`${callId}\` does not wait for a confirmation`);
    if (this.#verdicts.has(callId)) throw invalid(`${at}.tool_use_id: \`${callId}\` is confirmed already`);
    this.#verdicts.set(callId, event.result);
    return { id, ...stated(event) };
  }

  result(event: Params<'user.tool_result' | 'user.custom_tool_result'>, id: string, at: string): ClientEvent {
    const custom = event.type === 'user.custom_tool_result';
    const field = custom ? 'custom_tool_use_id' : 'tool_use_id';
    const callId = custom ? event.custom_tool_use_id : event.tool_use_id;
    const call = this.#open(callId, `${at}.${field}`);
    if (call.route !== (custom ? 'custom' : 'sandbox')) {
      throw invalid(`${at}.${field}: \`${callId}\` is not answered by a ${event.type} event`);
    }
    if (!custom && call.permission !== 'allow' && this.#verdicts.get(callId) !== 'allow') {
      throw invalid(`${at}.${field}: \`${callId}\` may not run, since nobody has allowed it`);
    }
    checkContent(event.content ?? [], `${at}.content`);
    this.#answered.add(callId);
    return { id, ...stated(event) };
  }

  /** The call, if it is open and nobody has answered it, be it that the answer still waits. */
  #open(callId: string, at: string): OpenCall {
    const call = this.#calls.get(callId);
    if (!call) throw invalid(`${at}: \`${callId}\` is not a tool use that waits for an answer`);
    if (this.#answered.has(callId)) throw invalid(`${at}: \`${callId}\` is answered already`);
    return call;
  }
}
