import type Anthropic from '@anthropic-ai/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventParams, SessionEvent } from '../../runtime/contract/wire';
import { isRefusal, isServerError } from './api';
import { drawPlan, planMessage } from './plan';
import type { ChaosSession } from './sessions';
import { StreamWatcher } from './streams';
import { callsForClient, callsForWorkers } from './waiting';

/** What became of the events that a client sent. */
export interface Sent {
  /** Ids of those that the server said it took. */
  readonly accepted: string[];
  /** Texts of messages of which no answer came: they may stand in the history, but once at most. */
  readonly unanswered: string[];
}

const POLL_MS = 1_500;
const TAIL = 40;
const TURN_PATIENCE_MS = 60_000;
const RETRY_MS = 300;
/** What never waits for anything but the harness. */
const TAKEN_AT_ONCE = new Set<SessionEvent['type']>(['user.interrupt', 'user.tool_confirmation']);
/** The chances per look at a session that is at work. */
const ASIDE = 0.05;
const INTERRUPT = 0.04;

/** One user of one session: asks for turn after turn, answers what the agent asks, interrupts, and talks in between. */
export class SessionClient {
  readonly sent: Sent = { accepted: [], unanswered: [] };
  readonly failures: string[] = [];
  readonly watcher: StreamWatcher;
  turns = 0;
  private messages = 0;

  constructor(
    private readonly client: Anthropic,
    readonly session: ChaosSession,
    private readonly random: () => number,
  ) {
    this.watcher = new StreamWatcher(client, session.id, random);
  }

  get sessionId(): string {
    return this.session.id;
  }

  /** Takes turns until it is told to stop; what is then under way is left to itself. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const plan = drawPlan(this.random, this.session.usesBash);
      const id = await this.say(planMessage(this.nextName(), plan));
      if (id === undefined) {
        await pause(RETRY_MS);
        continue;
      }
      await this.follow(id, stop);
      this.turns += 1;
      await pause(this.random() * 1_000);
    }
  }

  /** Whether nothing happens any more in the session: at rest, and nothing waits to be taken up. */
  async rests(): Promise<boolean> {
    const tail = await this.tail();
    const status = tail.find(({ type }) => type.startsWith('session.status_'));
    if (status?.type === 'session.status_terminated') return true;
    if (status !== undefined && status.type !== 'session.status_idle') return false;
    // A session that waits for a worker of the user's own is idle as well, but somebody is to bring it forward.
    if (callsForWorkers(tail).length > 0) return false;
    const pending = tail.filter(({ processed_at }) => !processed_at);
    if (status?.stop_reason.type !== 'requires_action') return pending.length === 0;
    // Until the client has answered, messages wait, and so do results that came before those of earlier calls.
    return callsForClient(tail).length > 0 && !pending.some(({ type }) => TAKEN_AT_ONCE.has(type));
  }

  private async follow(messageId: string, stop: AbortSignal): Promise<void> {
    const until = Date.now() + TURN_PATIENCE_MS;
    const handled = new Set<string>();
    while (!stop.aborted && Date.now() < until) {
      await this.watcher.waitForNews(POLL_MS);
      // A burst of news is one.
      await pause(100);
      try {
        const tail = await this.tail();
        if (this.isOver(tail, messageId)) return;
        const waiting = callsForClient(tail).filter(({ id }) => !handled.has(id));
        for (const call of waiting) if (await this.answer(call)) handled.add(call.id);
        if (waiting.length === 0) await this.disturb();
      } catch (error) {
        this.judge(error);
        await pause(RETRY_MS);
      }
    }
  }

  /** The newest events, the newest first. */
  private async tail(): Promise<SessionEvent[]> {
    const page = await this.client.beta.sessions.events.list(
      this.sessionId,
      { order: 'desc', limit: TAIL },
      { maxRetries: 0 },
    );
    return page.data;
  }

  private isOver(tail: readonly SessionEvent[], messageId: string): boolean {
    const message = tail.findIndex(({ id }) => id === messageId);
    const idle = tail.findIndex(
      (event) => event.type === 'session.status_idle' && event.stop_reason.type !== 'requires_action',
    );
    const running = tail.findIndex(({ type }) => type === 'session.status_running');
    return idle >= 0 && (idle < running || running < 0) && (message < 0 || idle < message);
  }

  private async answer(call: SessionEvent): Promise<boolean> {
    if (call.type === 'agent.custom_tool_use') {
      const content = [{ type: 'text' as const, text: `found ${JSON.stringify(call.input)}` }];
      return this.send({ type: 'user.custom_tool_result', custom_tool_use_id: call.id, content });
    }
    const result = this.random() < 0.8 ? 'allow' : 'deny';
    return this.send({ type: 'user.tool_confirmation', tool_use_id: call.id, result });
  }

  private async disturb(): Promise<void> {
    const chance = this.random();
    if (chance < INTERRUPT) await this.send({ type: 'user.interrupt' });
    else if (chance < INTERRUPT + ASIDE) await this.say(`${this.nextName()}: by the way, go on.`);
  }

  private nextName(): string {
    this.messages += 1;
    return `message ${this.messages} to ${this.sessionId}`;
  }

  /** The message's id, if the server took it. */
  private async say(text: string): Promise<string | undefined> {
    const accepted = this.sent.accepted.length;
    const taken = await this.send({ type: 'user.message', content: [{ type: 'text', text }] });
    if (taken) return this.sent.accepted[accepted];
    this.sent.unanswered.push(text);
    return undefined;
  }

  private async send(event: EventParams): Promise<boolean> {
    try {
      const { data } = await this.client.beta.sessions.events.send(
        this.sessionId,
        { events: [event] },
        { maxRetries: 0 },
      );
      for (const { id } of data ?? []) this.sent.accepted.push(id);
      return true;
    } catch (error) {
      this.judge(error);
      // Refused: an interrupt or an earlier try of ours has settled it.
      return isRefusal(error) && event.type !== 'user.message';
    }
  }

  private judge(error: unknown): void {
    if (isServerError(error)) this.failures.push(String(error));
  }
}
