import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { LARGEST_RING_BYTES, type Ring } from '../../runtime/contract/ring';
import { toTimestamp, type Micros } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { BellLine, type ConnectionEars } from '../../runtime/sandbox/bell-line';
import { BellStream, type BellTimes } from '../../runtime/sandbox/bell-stream';
import { eventually } from '../support/eventually';

const SLOW: BellTimes = {
  afterUpMs: 60_000,
  quietMs: 60_000,
  callMs: 60_000,
  downMs: 60_000,
  lateMs: 60_000,
  patienceMs: 60_000,
};
/** Without patience for a line that is down. */
const FAST: BellTimes = { afterUpMs: 20, quietMs: 60, callMs: 20, downMs: 20, lateMs: 20, patienceMs: 60 };

/** A log, a line to its bell, and a stream of it, with what the stream has given. */
class Listening {
  readonly log: SessionEvent[] = [];
  readonly given: string[] = [];
  looks = 0;
  isBusy = false;
  failWith: Error | undefined;
  /** Whether the stream has ended, and how. */
  ended: string | undefined;
  dials: ConnectionEars[] = [];
  readonly line: BellLine;
  stream: BellStream | undefined;

  constructor(private readonly times: BellTimes) {
    this.line = new BellLine((ears) => {
      this.dials.push(ears);
      return { close: () => ears.down(false) };
    });
    this.dials[0]?.up();
  }

  async open(): Promise<this> {
    this.stream = await BellStream.open({
      line: this.line,
      newest: async () => this.lastAt,
      look: async (after) => {
        this.looks += 1;
        await pause(1);
        if (this.failWith) throw this.failWith;
        return this.after(after);
      },
      isFinal: (error) => error instanceof RangeError,
      isBusy: () => this.isBusy,
      times: this.times,
    });
    void this.#read(this.stream.body);
    return this;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) this.given.push(...ids(decoder.decode(chunk as Uint8Array)));
      this.ended = 'closed';
    } catch (error) {
      this.ended = String(error);
    }
  }

  get lastAt(): Micros {
    return this.log.length * 10;
  }

  after(at: Micros): SessionEvent[] {
    return this.log.slice(at / 10);
  }

  /** Something happens. */
  happen(type: SessionEvent['type'] = 'agent.tool_use', count = 1): void {
    for (let i = 0; i < count; i += 1) {
      const event = { id: `sevt_${this.log.length}`, type, processed_at: toTimestamp(this.lastAt + 10) };
      this.log.push(event as SessionEvent);
    }
  }

  /** A ring about the last `count` events. */
  ringOf(count: number, to = this.lastAt): Ring {
    const after = to - count * 10;
    return { after, to, events: this.log.slice(after / 10, to / 10) };
  }

  ring(ring: Ring): void {
    this.dials.at(-1)?.message(JSON.stringify(ring));
  }

  get expected(): string[] {
    return this.log.map(({ id }) => id ?? '');
  }

  /** The line comes up again. Resolves when it has been up for long enough that each ring must be heard. */
  async comeUp(): Promise<void> {
    const { looks } = this;
    this.dials.at(-1)?.up();
    // One look at once, one after which it is settled, and one more to be sure that the second has ended.
    await eventually(() => this.looks > looks + 2);
  }

  close(): void {
    this.stream?.end();
    this.line.hangUp();
  }
}

const ids = (frames: string): string[] => [...frames.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');

let here: Listening;
afterEach(() => here.close());

describe('a stream by the bell', () => {
  it('gives the events of rings, in the form of the API, and looks at nothing', async () => {
    here = await new Listening(SLOW).open();
    here.happen();
    here.ring(here.ringOf(1));
    here.happen('session.status_idle');
    here.ring(here.ringOf(1));
    await eventually(() => here.given.length === 2);
    expect([here.given, here.looks]).toEqual([here.expected, 0]);
  });

  it('begins where the log ends', async () => {
    here = new Listening(SLOW);
    here.happen('agent.tool_use', 3);
    await here.open();
    here.ring(here.ringOf(3));
    here.happen();
    here.ring(here.ringOf(4));
    await eventually(() => here.given.length > 0);
    expect([here.given, here.looks]).toEqual([['sevt_3'], 0]);
  });

  it('looks where a ring goes on from somewhere else, and gives nothing twice', async () => {
    here = await new Listening(SLOW).open();
    here.happen('agent.tool_use', 3);
    here.ring(here.ringOf(1));
    here.ring(here.ringOf(3));
    here.ring(here.ringOf(1));
    await eventually(() => here.given.length === 3);
    await pause(20);
    expect([here.given, here.looks]).toEqual([here.expected, 1]);
  });

  it('looks where a ring only says that there is something, and where a message is none', async () => {
    here = await new Listening(SLOW).open();
    here.happen();
    here.ring({ after: here.lastAt, to: here.lastAt, events: [] });
    await eventually(() => here.given.length === 1);
    here.happen();
    here.dials.at(-1)?.message('hello');
    await eventually(() => here.given.length === 2);
    expect(here.looks).toBe(2);
  });

  it('knows what was told again, late or out of order', async () => {
    here = await new Listening(SLOW).open();
    here.happen('agent.tool_use', 4);
    const late = here.ringOf(2, 20);
    here.ring(here.ringOf(4));
    here.ring(late);
    here.ring({ after: here.lastAt, to: here.lastAt, events: [] });
    await eventually(() => here.given.length === 4);
    await pause(20);
    expect([here.given, here.looks]).toEqual([here.expected, 0]);
  });

  it('gives each event once and in order, whatever becomes of the rings', async () => {
    const fates = fc.array(
      fc.record({
        events: fc.integer({ min: 0, max: 3 }),
        reach: fc.integer({ min: 0, max: 5 }),
        fate: fc.constantFrom('heard', 'lost', 'twice', 'late'),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(fates, async (steps) => {
        here = await new Listening(SLOW).open();
        const late: Ring[] = [];
        for (const { events, reach, fate } of steps) {
          here.happen('agent.tool_use', events);
          const ring = here.ringOf(Math.min(reach, here.log.length));
          if (fate === 'late') late.push(ring);
          if (fate === 'heard' || fate === 'twice') here.ring(ring);
          if (fate === 'twice') here.ring(ring);
        }
        for (const ring of late) here.ring(ring);
        here.ring({ after: here.lastAt, to: here.lastAt, events: [] });
        await eventually(() => here.given.length >= here.log.length);
        expect(here.given).toEqual(here.expected);
        here.close();
      }),
      { numRuns: 40 },
    );
  });

  it('looks by itself now and then', async () => {
    here = await new Listening(FAST).open();
    here.happen('agent.message');
    await eventually(() => here.given.length === 1);
    await eventually(() => here.looks > 3);
  });

  it('looks when the line is up again, and while it is down', async () => {
    here = await new Listening({ ...FAST, afterUpMs: 60_000, patienceMs: 60_000 }).open();
    here.dials[0]?.down(false);
    here.happen();
    await eventually(() => here.given.length === 1);
    const before = here.looks;
    here.happen();
    here.dials.at(-1)?.up();
    await eventually(() => here.given.length === 2);
    expect(here.looks).toBeGreaterThan(before);
  });

  it('ends when the line stays down, but not while a call runs', async () => {
    here = await new Listening(FAST).open();
    here.isBusy = true;
    here.dials[0]?.down(false);
    await pause(150);
    here.happen();
    await eventually(() => here.given.length === 1);
    expect(here.ended).toBeUndefined();
    here.isBusy = false;
    await eventually(() => here.ended === 'closed');
  });

  it('dials anew where it finds what should have been rung for, and gives the bell up where that does not help', async () => {
    here = await new Listening({ ...FAST, patienceMs: 60_000 }).open();
    await eventually(() => here.looks > 1);
    here.happen();
    await eventually(() => here.given.length === 1);
    await eventually(() => here.dials.length === 2);
    await here.comeUp();
    here.happen();
    await eventually(() => here.given.length === 2);
    await eventually(() => here.ended === 'closed');
    expect([here.dials.length, here.line.isOver]).toEqual([2, true]);
  });

  it('waits for a ring whose events it has found before', async () => {
    here = await new Listening({ ...FAST, lateMs: 1_000, patienceMs: 60_000 }).open();
    for (let times = 1; times <= 3; times += 1) {
      const before = here.looks;
      await eventually(() => here.looks > before + 1);
      here.happen();
      await eventually(() => here.given.length === times);
      here.ring(here.ringOf(1));
    }
    await pause(1_100);
    expect([here.dials.length, here.line.isOver]).toEqual([1, false]);
  });

  it('counts that from the beginning once a ring was heard', async () => {
    here = await new Listening({ ...FAST, patienceMs: 60_000 }).open();
    await eventually(() => here.looks > 1);
    here.happen();
    await eventually(() => here.dials.length === 2);
    const settled = here.comeUp();
    here.happen();
    here.ring(here.ringOf(1));
    await settled;
    here.happen();
    await eventually(() => here.dials.length === 3);
    expect(here.line.isOver).toBe(false);
  });

  it('looks again soon after a look that a ring had asked for and that failed', async () => {
    here = await new Listening({ ...SLOW, afterUpMs: 20, downMs: 20 }).open();
    await eventually(() => here.looks === 1);
    here.failWith = new Error('no connection');
    here.happen();
    here.dials[0]?.message('no ring');
    await eventually(() => here.looks === 2);
    here.failWith = undefined;
    await eventually(() => here.given.length === 1);
    expect(here.dials).toHaveLength(1);
  });

  it('goes on after a look that failed, and ends where that says that there is nothing to look at', async () => {
    here = await new Listening(FAST).open();
    here.failWith = new Error('no connection');
    here.happen('agent.message');
    await eventually(() => here.looks > 2);
    expect([here.given, here.ended]).toEqual([[], undefined]);
    here.failWith = undefined;
    await eventually(() => here.given.length === 1);
    here.failWith = new RangeError('the session is gone');
    await eventually(() => here.ended === 'closed');
  });

  it('breaks off with its request', async () => {
    here = await new Listening(SLOW).open();
    here.stream?.abort(new Error('stop'));
    await eventually(() => here.ended === 'Error: stop');
    here.happen();
    here.ring(here.ringOf(1));
    await pause(10);
    expect(here.given).toEqual([]);
  });

  it('is not opened where the end of the log is not to be had', async () => {
    here = new Listening(SLOW);
    const options = { line: here.line, look: async () => [], isFinal: () => true, isBusy: () => false, times: SLOW };
    const newest = async (): Promise<Micros> => Promise.reject(new Error('no connection'));
    await expect(BellStream.open({ ...options, newest })).rejects.toThrow('no connection');
  });

  it('takes rings of the largest size', async () => {
    here = await new Listening(SLOW).open();
    here.happen('agent.tool_use', Math.floor(LARGEST_RING_BYTES / 90));
    here.ring(here.ringOf(here.log.length));
    await eventually(() => here.given.length === here.log.length);
    expect(here.looks).toBe(0);
  });
});
