import { BellLine, type ConnectionEars } from '../../runtime/sandbox/bell-line';

/** Connections that were dialled, for the test to speak through. */
class Exchange {
  readonly dialled: ConnectionEars[] = [];
  closed = 0;
  readonly dial = (ears: ConnectionEars): { close(): void } => {
    this.dialled.push(ears);
    return {
      close: () => {
        this.closed += 1;
        ears.down(false);
      },
    };
  };

  get last(): ConnectionEars {
    const last = this.dialled.at(-1);
    if (!last) throw new Error('nobody has dialled');
    return last;
  }
}

let exchange: Exchange;
let line: BellLine;
beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(1);
  exchange = new Exchange();
  line = new BellLine(exchange.dial);
});
afterEach(() => {
  line.hangUp();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('the line to the bell', () => {
  it('is up from when its connection stands until it ends', () => {
    expect(line.isUp).toBe(false);
    exchange.last.up();
    expect(line.isUp).toBe(true);
    exchange.last.down(false);
    expect(line.isUp).toBe(false);
  });

  it('dials again, after longer and longer pauses of up to a minute', () => {
    const pauses = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
    for (const [index, pause] of pauses.entries()) {
      exchange.last.down(false);
      jest.advanceTimersByTime(pause - 1);
      expect(exchange.dialled).toHaveLength(index + 1);
      jest.advanceTimersByTime(1);
      expect(exchange.dialled).toHaveLength(index + 2);
    }
  });

  it('leaves it to chance when exactly, so that a deployment is not met by all sandboxes at once', () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    exchange.last.down(false);
    jest.advanceTimersByTime(500);
    expect(exchange.dialled).toHaveLength(2);
  });

  it('begins with a short pause again once a connection has lasted', () => {
    for (let times = 0; times < 6; times += 1) {
      exchange.last.down(false);
      jest.advanceTimersByTime(60_000);
    }
    exchange.last.up();
    jest.advanceTimersByTime(31_000);
    const before = exchange.dialled.length;
    exchange.last.down(false);
    jest.advanceTimersByTime(1_000);
    expect(exchange.dialled).toHaveLength(before + 1);
  });

  it('does not dial again where it was refused, or hung up', () => {
    exchange.last.down(true);
    jest.advanceTimersByTime(3_600_000);
    expect([exchange.dialled.length, line.isOver]).toEqual([1, true]);
    const other = new BellLine(exchange.dial);
    exchange.last.up();
    other.hangUp();
    jest.advanceTimersByTime(3_600_000);
    expect([exchange.dialled.length, exchange.closed, other.isUp]).toEqual([2, 1, false]);
  });

  it('tells whoever listens, and nobody who does not any more', () => {
    const heard: string[] = [];
    const stop = line.listen({
      up: () => heard.push('up'),
      down: () => heard.push('down'),
      ring: (ring) => heard.push(ring ? `ring to ${ring.to}` : 'something'),
    });
    exchange.last.up();
    exchange.last.message('{"after":1,"to":2,"events":[]}');
    for (const message of ['', 'x', '{}', 'null', '{"after":"1","to":2,"events":[]}']) exchange.last.message(message);
    exchange.last.down(false);
    stop();
    jest.advanceTimersByTime(1_000);
    exchange.last.up();
    expect(heard).toEqual(['up', 'ring to 2', ...Array<string>(5).fill('something'), 'down']);
  });

  it('can be waited for, but not for long', async () => {
    jest.useRealTimers();
    expect(await line.upWithin(20)).toBe(false);
    const waiting = line.upWithin(10_000);
    exchange.last.up();
    expect(await waiting).toBe(true);
    expect(await line.upWithin(10_000)).toBe(true);
    line.hangUp();
    expect(await line.upWithin(10_000)).toBe(false);
    const refused = new BellLine(exchange.dial);
    const inVain = refused.upWithin(10_000);
    exchange.last.down(true);
    expect(await inVain).toBe(false);
  });
});
