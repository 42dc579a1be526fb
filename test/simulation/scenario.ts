/** What a scenario is, and the words that scenarios are written in. */
import type { ModelRequest, ModelResponse } from '../../runtime/model/port';
import type { Micros } from '../../runtime/contract/time';
import type { SessionAgent, SessionEvent } from '../../runtime/contract/wire';
import type { SessionRecord } from '../../runtime/store/records';
import { sessionRecord } from '../support/decisions';
import type { Client } from './client';
import type { Schedule } from './strikes';

export type Block = ModelResponse['blocks'][number];
export type Said = { blocks: Block[]; inputTokens?: number };

export interface Scenario {
  readonly name: string;
  readonly agent: SessionAgent;
  readonly overrides?: Partial<SessionRecord>;
  /** What the model says to a request; `asked` counts the requests of this run. */
  readonly model: (request: ModelRequest, asked: number) => Said;
  /** How long it takes for it; `asked` as above. Default: 300 ms. */
  readonly thinkingMs?: (asked: number, request: ModelRequest) => number;
  readonly client: (client: Client) => Promise<void>;
  /**
   * What has to come of it, whatever fails: a list of lines (see `outcomeOf`) where that does not depend on the timing, and
   * otherwise a judgement, which says what is wrong. `hasZombies`: somebody slept for longer than a lease.
   */
  readonly outcome:
    readonly string[] | ((lines: readonly string[], run: { readonly hasZombies: boolean }) => string | undefined);
  /** So much longer than usual it takes until its client has what it wants, and until nothing is left. */
  readonly patience?: Micros;
  /** How long one wake may take. Default: 900. */
  readonly wakeSeconds?: number;
  /** How long a wake takes to begin, in milliseconds. Default: 20. */
  readonly wakeDelayMs?: number;
  /** The sweeper has a part in it although nothing fails: a pause is left to it, or something takes very long. */
  readonly isRevived?: boolean;
  /** The command of the call that an operator has stopped: it may not come to its end. */
  readonly cut?: string;
  /** What has to be true of the session's record at the end. */
  readonly record?: Partial<SessionRecord>;
  /** Calls may end with an unknown outcome although nothing fails: somebody wants it so. */
  readonly mayEndUnknown?: boolean;
  /** Its model fails, and the log tells of it, although nothing else does. */
  readonly hasErrors?: boolean;
  /** How long a call of a tool takes, by what it is called with. Default: no time. */
  readonly toolMs?: (command: string) => number;
  /** Somebody listens to the session's stream. */
  readonly isStreamed?: boolean;
  /** Sandboxes are told of their session by a bell, which is sound or never works. Default: they have none, and look. */
  readonly bell?: 'sound' | 'dead';
  /** What goes wrong in each of its runs, beside the faults of its schedule. */
  readonly always?: Omit<Schedule, 'seed' | 'faults'>;
  /** For how many seconds a worker asks to be believed alive after each heartbeat. Default: what the service chooses. */
  readonly leaseSeconds?: number;
  /** The files of its sandboxes are kept from one to the next. */
  readonly keepsFiles?: boolean;
  /** The service is told of each task that stops. Default: it is not, and hears of it by the silence of the worker. */
  readonly isWatched?: boolean;
  /** So many sandboxes stand ready. Default: none, and each is started for its session. */
  readonly warm?: number;
  /** How many of the user's own workers poll; none in a cloud environment. */
  readonly pollers?: number;
  /** The session is gone at the end, with all that it was. */
  readonly isDeleted?: boolean;
  /** Its record has a body beside it, which goes after it: where that fails, it goes with its tombstone. */
  readonly isHeavy?: boolean;
  /** Somebody writes to it when it is gone, and dies. */
  readonly isHaunted?: boolean;
}

export const text = (said: string): Block => ({ type: 'text', text: said, citations: null });
export const use = (id: string, name: string, input: unknown): Block => ({ type: 'tool_use', id, name, input });

type Policy = 'always_allow' | 'always_ask';

export function agent(policy: Policy = 'always_allow', model = 'claude-opus-5'): SessionAgent {
  const base = sessionRecord().agent;
  return {
    ...base,
    model: { ...base.model, id: model },
    tools: [
      {
        type: 'agent_toolset_20260401',
        default_config: { enabled: true, permission_policy: { type: policy } },
        configs: [],
      },
      { type: 'custom', name: 'weather', description: 'the weather', input_schema: { type: 'object' } },
    ],
  };
}

/** How many results the model has got since the user last spoke, and what the user said then. */
export function turnOf(request: ModelRequest): { said: string; results: number } {
  let said = '';
  let results = 0;
  for (const { role, content } of request.messages) {
    if (role !== 'user' || typeof content === 'string') continue;
    for (const block of content) {
      if (block.type === 'tool_result') results += 1;
      if (block.type !== 'text') continue;
      said = block.text;
      results = 0;
    }
  }
  return { said, results };
}

/** Which of these texts the model can read anywhere in the conversation. */
export const known = (request: ModelRequest, texts: readonly string[]): string[] => {
  const all = JSON.stringify(request.messages);
  return texts.filter((said) => all.includes(said));
};

/** The calls that wait for a confirmation, or have waited for one. */
export const asked = (events: SessionEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'agent.tool_use' && event.evaluated_permission === 'ask' ? [event.id] : [],
  );

export const allow = (id: string) => ({
  type: 'user.tool_confirmation' as const,
  tool_use_id: id,
  result: 'allow' as const,
});

export const speaks = (all: SessionEvent[]): boolean => all.some((event) => event.type === 'agent.message');

/** Longer than a worker's lease, and shorter than the longest that a call may take. */
export const LONG_CALL_MS = 100_000;

/** Two calls at once, both of which have to be allowed. */
export const TWO_ASKED: Pick<Scenario, 'agent' | 'outcome' | 'model'> = {
  agent: agent('always_ask'),
  outcome: [
    'user: go',
    'call bash a',
    'call bash b',
    'result of bash a',
    'result of bash b',
    'agent: done',
    'idle end_turn',
  ],
  model: (request) => {
    if (turnOf(request).results > 0) return { blocks: [text('done')] };
    return { blocks: [use('toolu_a', 'bash', { command: 'a' }), use('toolu_b', 'bash', { command: 'b' })] };
  },
};

/** A client that says one thing, and waits for what comes of it. */
export const goOnce: Scenario['client'] = async (client) => {
  await client.message('go');
  await client.idleAfter('go');
};

/** One call after the other, with these commands. */
export const inTurn = (...commands: string[]): Pick<Scenario, 'model' | 'outcome'> => ({
  outcome: [
    'user: go',
    ...commands.flatMap((command) => [`call bash ${command}`, `result of bash ${command}`]),
    'agent: done',
    'idle end_turn',
  ],
  model: (request) => {
    const command = commands[turnOf(request).results];
    if (command === undefined) return { blocks: [text('done')] };
    return { blocks: [use(`toolu_${command}`, 'bash', { command })] };
  },
});
