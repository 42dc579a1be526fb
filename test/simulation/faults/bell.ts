/** Faults of the bell: what is rung, over which connection, and what a sandbox makes of it. */
import type { PlantedFault } from './fault';

const RINGING = 'runtime/harness/sandbox-bell.ts';
const TURN = 'runtime/harness/turn.ts';
const WAKE = 'runtime/harness/wake.ts';
const LEASE = 'runtime/harness/lease.ts';
const HEAD = 'runtime/store/thread-head.ts';
const DOOR = 'runtime/resources/sandbox-bell.ts';
const STREAM = 'runtime/sandbox/bell-stream.ts';
const LINE = 'runtime/sandbox/bell-line.ts';

export const BELL_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a ring goes before its commit',
    file: TURN,
    from: 'const commit = await this.work.write(builder);\n    if (!commit) await',
    to: "if (!builder.isEmpty) this.bell.ring([...this.work.lately, builder.build('early', [])]);\n    const commit = await this.work.write(builder);\n    if (!commit) await",
  },
  {
    name: 'a ring shows results as a client is shown them',
    file: RINGING,
    from: 'commit.records.map(({ event }) => seenByWorker(event))',
    to: 'commit.records.map(({ event }) => (seenByWorker(event) ? event : event))',
  },
  {
    name: 'a ring says that it begins where the log does',
    file: RINGING,
    from: '{ after: before.lastAt, to, events }',
    to: '{ after: 0, to, events }',
  },
  {
    name: 'a ring leaves out the commits before the last one, and does not say so',
    file: RINGING,
    from: '    ring = longer;\n',
    to: '    ring = { ...longer, events: ring.events.length > 0 ? ring.events : events };\n',
  },
  {
    name: 'what was rung over a connection that is gone counts as told',
    file: RINGING,
    from: '      this.#rungTo = 0;\n      this.#isOwed = true;\n',
    to: '',
  },
  {
    name: 'what failed to be rung counts as told',
    file: RINGING,
    from: '      this.#rungTo = 0;\n      this.deps.observe',
    to: '      this.deps.observe',
    harmless:
      'Within a wake it is told again only where its calls are looked at twice; the next commit, and the next wake, tell of it anyway.',
  },
  {
    name: 'a sandbox that connects while a harness is at work is not told',
    file: WAKE,
    from: '  await bell.ringBelatedly(work.lately);\n',
    to: '  await bell.quiet();\n',
  },
  {
    name: 'the connection that a release answers with is passed over',
    file: LEASE,
    from: '    if (head) this.#heed(head);\n    return head !== undefined;',
    to: '    return head !== undefined;',
  },
  {
    name: 'a wake rings over the connection that it began with',
    file: LEASE,
    from: '    this.bell = bell;',
    to: '    this.bell ??= bell;',
  },
  {
    name: 'a replaced sandbox takes the bell of its successor',
    file: HEAD,
    from: 'given(BELL_IS_OF_THE_LATEST, { revision })',
    to: 'given(ITEM_EXISTS)',
  },
  {
    name: "a sandbox's connection is noted in another thread",
    file: DOOR,
    from: 'threadId: primaryThreadOf(sessionId)',
    to: 'threadId: primaryThreadOf(id)',
  },
  {
    name: 'the connection of a sandbox whose item has stopped is noted',
    file: DOOR,
    from: "  if (state === 'stopped') throw conflict(`Work item ${id} has stopped.`);\n",
    to: '',
    harmless: 'The item changes before its next sandbox comes, whose connection is then the later one.',
  },
  {
    name: 'a hole in what was rung is not looked for',
    file: STREAM,
    from: 'if (!ring || this.#position < ring.after) return',
    to: 'if (!ring) return',
  },
  {
    name: 'what was rung is passed over as if it had been given',
    file: STREAM,
    from: '    this.#give(ring.events);\n    this.#position',
    to: '    this.#position',
  },
  {
    name: 'what a look finds is not given',
    file: STREAM,
    from: '    this.#give(events);\n    this.#synced();',
    to: "    this.#position = Math.max(this.#position, ...events.map((event) => fromTimestamp(event.processed_at ?? '') ?? 0));\n    this.#synced();",
  },
  {
    name: 'a stream begins after what it has not seen',
    file: STREAM,
    from: '(at) => void (stream.#position = at),',
    to: '(at) => void (stream.#position = at + 60_000_000),',
  },
  {
    name: 'nobody looks by itself once a ring was heard',
    file: STREAM,
    from: '    this.#syncedAt = this.#now();\n    this.#schedule();',
    to: '    this.#syncedAt = this.#now();\n    this.#stopTimer?.();',
  },
  {
    name: 'nobody looks again after a look that failed',
    file: STREAM,
    from: '      this.#schedule(this.options.times.downMs);\n',
    to: '',
  },
  {
    name: 'nobody looks when the line comes up',
    file: STREAM,
    from: '    this.#queue(async () => void (await this.#look()));\n',
    to: '',
    harmless: 'The look that was due while the line was down comes within five seconds.',
  },
  {
    name: 'a ring whose events were found before counts as missed',
    file: STREAM,
    from: 'this.#schedule(times.lateMs, () => this.#miss());',
    to: 'await this.#miss();',
  },
  {
    name: 'nobody rings, and the stream goes on',
    file: STREAM,
    from: 'else this.options.line.hangUp();',
    to: 'else this.options.line.renew();',
    harmless: 'It goes on by looking, which takes longer.',
  },
  {
    name: 'a connection that ends is not replaced',
    file: LINE,
    from: '    if (!this.#isOver) {\n',
    to: '    if (this.#isOver) {\n',
    harmless: 'The stream ends after half a minute, and one of the API takes its place.',
  },
];
