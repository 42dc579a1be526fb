import { createLog, logLevelOf, type LogFormat, type LogLevel } from '../../runtime/telemetry/log';

function open(level: LogLevel = 'info', format: LogFormat = 'json') {
  const lines: string[] = [];
  const log = createLog({
    clock: { now: () => 1_790_000_000_123_456 },
    level,
    format,
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

describe('a log', () => {
  test('is a line of JSON for each entry, with time, level, message and ids', () => {
    const { log, lines } = open();
    log({ level: 'info', message: 'a wake ended', fields: { session_id: 'sesn_1', ms: 12, reason: undefined } });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: '2026-09-21T14:13:20.123456Z', level: 'info', message: 'a wake ended', session_id: 'sesn_1', ms: 12 },
    ]);
  });

  test('tells name, message, stack and causes of an error on one line', () => {
    const { log, lines } = open();
    const error = new TypeError('no\ntable', { cause: new Error('no route', { cause: new Error('no host') }) });
    log({ level: 'error', message: 'failed', error });
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: 'TypeError',
      error_message: 'no\ntable',
      cause: 'Error: no route <- Error: no host',
      stack: expect.stringContaining('log.test'),
    });
  });

  test('leaves out what is below its level, but never a line that carries data', () => {
    const { log, lines } = open('warn');
    log({ level: 'info', message: 'left out' });
    log({ level: 'warn', message: 'told' });
    log({ level: 'debug', message: 'measured' }, { WakeTime: 5 });
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['told', 'measured']);
  });

  test('reads as one line for a person, whatever control characters it is given', () => {
    const { log, lines } = open('info', 'pretty');
    log({ level: 'warn', message: 'failed', fields: { path: 'a b\u001b[31m\n' }, error: new Error('why') });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn failed: why path="a b\\u001b\[31m\\n"$/);
  });

  test.each(['json', 'pretty'] as const)('cuts what is too long to be read, as %s', (format) => {
    const { log, lines } = open('info', format);
    log({ level: 'error', message: 'failed', error: new Error('no '.repeat(100_000)) });
    expect(lines[0]?.length).toBeLessThan(10_000);
  });

  test('knows its levels by name', () => {
    expect(['DEBUG', 'info', 'loud'].map(logLevelOf)).toEqual(['debug', 'info', undefined]);
  });
});
