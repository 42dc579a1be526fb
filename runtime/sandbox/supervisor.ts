import { once } from 'node:events';
import Anthropic from '@anthropic-ai/sdk';
import { sessionsTokenFromSecret } from '@anthropic-ai/sdk/lib/environments/worker';
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { ToolError } from '@anthropic-ai/sdk/lib/tools/ToolError';
import { betaAgentToolset20260401 } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import type { Micros } from '../contract/time';
import { bellDial } from './bell-dial';
import { fetchByBell } from './bell-fetch';
import { BellLine } from './bell-line';
import { BELL_TIMES } from './bell-stream';
import { eventsAfter, instantOf, isRefusal, newestEvent } from './session-history';
import { fetchAndAccount, fetchAndHold, fetchAndWatch, type SeenEvent } from './session-events';
import type { SupervisorConfig } from './supervisor-config';
import { ToolHostProcess } from './tool-host-process';

/** The official worker ends a call after 120 s. Ending it just before lets the result say so. */
const CALL_LIMIT_MS = 119_000;
const OVERTIME = `The call was stopped after ${Math.round(CALL_LIMIT_MS / 1_000)} seconds, the longest that one may run. Run long commands in the background.`;
const CUT_SHORT =
  'The sandbox was stopped while the call ran. It may or may not have taken effect; check before you repeat it.';
/** How long a worker stays at least for its first call, which it was started for. */
const FIRST_CALL_WITHIN_MS = 30_000;
/** How long the last words for a call that was cut short may take. */
const LAST_WORDS_MS = 3_000;

/** How often the item is held on to while the surroundings are left. Well within the lease of a `cloud` item. */
const HOLD_EVERY_MS = 5_000;

/** What a sandbox has to see to around its tools, where its files and its system do not stay as they are by themselves. */
export interface SandboxSurroundings {
  /**
   * Resolves when a tool may run.
   *
   * @throws ToolError that says why it may not.
   */
  ready(signal: AbortSignal): Promise<void>;
  /** Called when the last tool has ended and the item is still held. Never rejects. */
  leave(): Promise<void>;
}

/**
 * Serves one work item: the official worker with the official toolset, whose tools run in a tool host. It holds the session's
 * token and talks to the API; nothing that the model runs is in this process.
 */
export class Supervisor {
  private readonly end = new AbortController();
  private readonly host: ToolHostProcess;
  private readonly client: Anthropic;
  /** The calls under way, with what ends each. */
  private readonly running = new Map<string, AbortController>();
  /** False from a call, or from word that the session runs, until word that it is idle. */
  private resting = true;
  private served = false;
  private idleTimer: NodeJS.Timeout | undefined;
  private left: Promise<void> | undefined;
  /** The calls that ran and whose result the API does not have. */
  private readonly begun = new Set<string>();
  /** Aborts with the first heartbeat that the API takes. */
  private readonly held = new AbortController();
  /** How it is told of the session's events, where that is not by a stream. */
  private readonly line: BellLine | undefined;

  constructor(
    private readonly config: SupervisorConfig,
    log: (line: string) => void,
    private readonly surroundings?: SandboxSurroundings,
  ) {
    this.host = new ToolHostProcess(config.toolHost, log);
    const authToken = sessionsTokenFromSecret(config.workSecret) ?? '';
    if (config.bell !== undefined) this.line = new BellLine(bellDial(config.bell, authToken, log));
    this.client = new Anthropic({
      baseURL: config.baseUrl,
      authToken,
      fetch: fetchAndHold(
        fetchAndAccount(
          fetchAndWatch(this.fetchEvents(), (event) => this.saw(event)),
          this.begun,
        ),
        () => this.held.abort(),
      ),
    });
  }

  /** Serves the item until its session rests or ends, the lease is lost, or somebody calls `stop`. */
  async run(): Promise<void> {
    const { environmentId, workId, sessionId, workSecret, privateDir, maxIdleMs } = this.config;
    const worker = this.client.beta.environments.work.worker({
      workdir: privateDir,
      maxIdleMs,
      memorySyncIntervalMs: null,
      tools: () => this.tools(),
    });
    try {
      await worker.handleItem({ workId, environmentId, sessionId, workSecret, signal: this.end.signal });
    } finally {
      clearTimeout(this.idleTimer);
      this.line?.hangUp();
      await this.leave();
    }
  }

  /** Ends the run: calls under way are cut short, and the item is given back. */
  stop(): void {
    this.end.abort();
  }

  /** Ends everything that the model runs, at once. */
  kill(): void {
    this.host.kill();
  }

  private fetchEvents(): typeof fetch {
    const { line } = this;
    if (!line) return fetch;
    const { sessionId } = this.config;
    return fetchByBell(fetch, {
      line,
      newest: () => this.newest(),
      look: (after) => eventsAfter(this.client, sessionId, after),
      isFinal: isRefusal,
      isBusy: () => this.running.size > 0,
      times: BELL_TIMES,
    });
  }

  /** Where a stream begins. What came between two streams is only listed: that the session has come to rest may be the last of it. */
  private async newest(): Promise<Micros> {
    const last = await newestEvent(this.client, this.config.sessionId);
    if (last) this.saw(last);
    return instantOf(last);
  }

  /** The official definitions; only where they run differs. */
  private tools(): BetaRunnableTool[] {
    return betaAgentToolset20260401({ workdir: this.config.privateDir }).map((tool) => ({
      ...tool,
      run: (input, context) =>
        this.call(context?.toolUse.id ?? '', tool.name, input, context?.signal ?? this.end.signal),
      close: () => this.leave(),
    }));
  }

  /** Ends the tools, once and for all. The item is given back when this is done. */
  private leave(): Promise<void> {
    return (this.left ??= this.host.stop().then(() => this.leaveSurroundings()));
  }

  private async leaveSurroundings(): Promise<void> {
    const hold = setInterval(() => this.holdOn(), HOLD_EVERY_MS);
    try {
      await this.surroundings?.leave();
    } finally {
      clearInterval(hold);
    }
  }

  /** A worker that was stopped from here no longer prolongs its lease. */
  private holdOn(): void {
    const { environmentId, workId } = this.config;
    if (!this.end.signal.aborted) return;
    const beat = this.client.beta.environments.work.heartbeat(workId, { environment_id: environmentId });
    beat.catch(() => undefined);
  }

  private async call(id: string, name: string, input: unknown, signal: AbortSignal) {
    const answered = new AbortController();
    const late = AbortSignal.timeout(CALL_LIMIT_MS);
    this.running.set(id, answered);
    this.served = true;
    this.resting = false;
    clearTimeout(this.idleTimer);
    const stop = AbortSignal.any([signal, late, answered.signal]);
    try {
      await this.untilHeld(stop);
      await this.surroundings?.ready(stop);
      this.begun.add(id);
      return await this.host.call(id, name, input, stop);
    } catch (error) {
      if (late.aborted) throw new ToolError(withOutput(OVERTIME, error));
      if (signal.aborted && !answered.signal.aborted) await this.sayCutShort(id);
      throw error;
    } finally {
      this.running.delete(id);
      this.rest();
    }
  }

  /**
   * The official worker begins with its calls before it knows that its first heartbeat was taken. But an item without one
   * counts as never served, and its calls are given to another worker: so until then nothing may run here.
   */
  private async untilHeld(stop: AbortSignal): Promise<void> {
    const either = AbortSignal.any([this.held.signal, stop]);
    if (!either.aborted) await once(either, 'abort');
    stop.throwIfAborted();
  }

  /**
   * The official worker says nothing of a call that it was stopped in, and the next one would run it again. So the call gets
   * its result here. Where that is not possible (the lease is another's, the session is gone) it is not needed either.
   */
  private async sayCutShort(id: string): Promise<void> {
    const content = [{ type: 'text' as const, text: CUT_SHORT }];
    await this.client.beta.sessions.events
      .send(
        this.config.sessionId,
        { events: [{ type: 'user.tool_result', tool_use_id: id, content, is_error: true }] },
        { maxRetries: 0, timeout: LAST_WORDS_MS },
      )
      .catch(() => undefined);
  }

  private saw(event: SeenEvent | { readonly type: 'open' }): void {
    if ('tool_use_id' in event && event.type.endsWith('tool_result')) {
      this.begun.delete(event.tool_use_id ?? '');
      this.running.get(event.tool_use_id ?? '')?.abort();
    }
    if (event.type.startsWith('session.status_')) this.resting = event.type === 'session.status_idle';
    this.rest();
  }

  /**
   * The official worker stays for as long as its session waits for a client's answer. A sandbox need not: it comes back with
   * its files when the answer lets a call run.
   */
  private rest(): void {
    clearTimeout(this.idleTimer);
    if (!this.resting || this.running.size > 0 || this.end.signal.aborted) return;
    const { maxIdleMs } = this.config;
    const patienceMs = this.served ? maxIdleMs : Math.max(maxIdleMs, FIRST_CALL_WITHIN_MS);
    this.idleTimer = setTimeout(() => this.stop(), patienceMs);
  }
}

/** What a command had written when it was stopped tells more than that it was. */
function withOutput(text: string, error: unknown): string {
  return error instanceof ToolError && typeof error.content === 'string' ? `${text}\n${error.content}` : text;
}
