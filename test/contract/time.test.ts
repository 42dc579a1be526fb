import * as fc from 'fast-check';
import { fromTimestamp, toTimestamp } from '../../runtime/contract/time';

describe('timestamps', () => {
  it.each([
    ['2026-09-21T14:13:20.123456Z', '2026-09-21T14:13:20.123456Z'],
    ['2026-09-21T14:13:20.123456789Z', '2026-09-21T14:13:20.123456Z'],
    ['2026-09-21T16:13:20.10+02:00', '2026-09-21T14:13:20.1Z'],
    ['2026-09-21t14:13:20z', '2026-09-21T14:13:20Z'],
  ])('read %s as %s', (text, written) => {
    expect(toTimestamp(fromTimestamp(text) ?? Number.NaN)).toBe(written);
  });

  it.each([
    '',
    'now',
    '2026-09-21',
    '2026-09-21T14:13Z',
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-13-01T00:00:00Z',
  ])('do not read %j', (text) => {
    expect(fromTimestamp(text)).toBeUndefined();
  });

  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (at) => {
        expect(fromTimestamp(toTimestamp(at))).toBe(at);
      }),
    );
  });
});
