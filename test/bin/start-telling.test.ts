import { chooseTelling } from '../../bin/start-telling';

const DEFAULTS = { 'log-level': 'warn', 'log-format': 'pretty', 'trace-content': false };
const choose = (values: object, environment: Record<string, string> = {}) =>
  chooseTelling({ ...DEFAULTS, ...values }, environment);

describe('what the server tells of itself', () => {
  test('is what went wrong, for a person, and no traces', () => {
    expect(choose({})).toEqual({ logLevel: 'warn', logFormat: 'pretty' });
  });

  test('can be everything, for a machine', () => {
    expect(choose({ 'log-level': 'DEBUG', 'log-format': 'json' })).toEqual({ logLevel: 'debug', logFormat: 'json' });
  });

  test('can be traces, with the headers of the usual variable', () => {
    const { traces } = choose(
      { 'trace-endpoint': 'http://localhost:4318/v1/traces', 'trace-content': true },
      { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b, y=c=d' },
    );
    expect(traces).toEqual({
      endpoint: 'http://localhost:4318/v1/traces',
      content: true,
      headers: { 'x-key': 'a b', y: 'c=d' },
    });
  });

  test.each([
    [{ 'log-level': 'loud' }, /debug, info, warn, error/],
    [{ 'log-format': 'xml' }, /json, pretty/],
    [{ 'trace-endpoint': 'collector' }, /whole URL/],
    [{ 'trace-content': true }, /--trace-endpoint/],
  ])('is refused where it cannot be told: %j', (values, message) => {
    expect(() => choose(values)).toThrow(message);
  });
});
