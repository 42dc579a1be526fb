/** Sessions whose service is told of each task that stops, and does not wait for the silence of its worker. */
import { agent, goOnce, inTurn, type Scenario } from './scenario';

const LONG_CALL_MS = 12_000;

/** A quick call, two long ones and a quick one, each in a turn of its own. */
const fourCalls: Pick<Scenario, 'agent' | 'toolMs' | 'outcome' | 'model' | 'client'> = {
  agent: agent(),
  toolMs: (command) => (command.startsWith('long') ? LONG_CALL_MS : 0),
  ...inTurn('a', 'long', 'longer', 'b'),
  client: goOnce,
};

export const WATCHED: readonly Scenario[] = [
  { name: 'a worker that is watched, and ends by itself', isWatched: true, ...fourCalls },
  {
    name: 'a worker that dies in the middle of a call, and is watched',
    isWatched: true,
    mayEndUnknown: true,
    always: { plot: [['worker run bash', 2, 'crash_before']] },
    ...fourCalls,
  },
  {
    name: 'workers that are watched, and die before they have begun',
    isWatched: true,
    always: { plot: [1, 2].map((nth) => ['worker ask first heartbeat', nth, 'crash_before'] as const) },
    ...fourCalls,
  },
];
