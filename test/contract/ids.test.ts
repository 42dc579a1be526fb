import * as fc from 'fast-check';
import { isId, madeAt, makeId, primaryThreadOf, systemIds } from '../../runtime/contract/ids';

const micros = fc.integer({ min: 0, max: 4_000_000_000_000_000 });
const bytes = fc.uint8Array({ minLength: 13, maxLength: 13 });

describe('ids', () => {
  it('have the prefix of their kind and 24 more characters that begin with 01 (reference 1.5)', () => {
    expect(systemIds.make('session')).toMatch(/^sesn_01[1-9A-HJ-NP-Za-km-z]{22}$/);
  });

  it('are ids of their own kind only', () => {
    const session = systemIds.make('session');
    expect(isId('session', session)).toBe(true);
    expect(isId('agent', session)).toBe(false);
    expect(isId('session', `${session}1`)).toBe(false);
    expect(isId('session', session.replace('_01', '_02'))).toBe(false);
  });

  it('sort by the time at which they were made, and tell it', () => {
    fc.assert(
      fc.property(micros, micros, bytes, bytes, (a, b, x, y) => {
        const [first, second] = [makeId('event', a, x), makeId('event', b, y)];
        expect(madeAt(first)).toBe(a);
        if (a < b) expect(first < second).toBe(true);
      }),
    );
    expect(madeAt('sevt_nonsense')).toBeUndefined();
  });

  it('are made in ascending order by one process', () => {
    const made = Array.from({ length: 1000 }, () => systemIds.make('event'));
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('of a primary thread follow from the session', () => {
    const session = systemIds.make('session');
    expect(isId('thread', primaryThreadOf(session))).toBe(true);
    expect(primaryThreadOf(session).slice(-24)).toBe(session.slice(-24));
  });
});
