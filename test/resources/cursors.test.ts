import fc from 'fast-check';
import { ApiError } from '../../runtime/contract/errors';
import { nextCursor, pageRequest, previousCursor } from '../../runtime/resources/cursors';

const THINGS = { list: 'things', defaultLimit: 20, maxLimit: 100 };
const OTHERS = { list: 'others:sesn_01ABC', defaultLimit: 20, maxLimit: 100 };

const position = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,60}$/);
const order = fc.constantFrom('asc' as const, 'desc' as const);

describe('a cursor', () => {
  it('leads back to its position in its list and order', () => {
    fc.assert(
      fc.property(position, order, (at, way) => {
        const next = pageRequest(THINGS, { page: nextCursor(THINGS, way, at) }, way);
        expect(next).toEqual({ limit: 20, order: way, after: at });
        const previous = pageRequest(OTHERS, { page: previousCursor(OTHERS, way, at) }, way);
        expect(previous).toEqual({ limit: 20, order: way, before: at });
      }),
    );
  });

  it('is refused with another order and in another list', () => {
    const page = nextCursor(THINGS, 'asc', 'x');
    expect(() => pageRequest(THINGS, { page }, 'desc')).toThrow('page: this cursor was made with order=asc');
    expect(() => pageRequest(OTHERS, { page }, 'asc')).toThrow('page: this cursor belongs to another list');
  });

  it('is refused when a character of it changes, and when it is anything else', () => {
    const refused = (page: string) => {
      try {
        pageRequest(THINGS, { page }, 'desc');
      } catch (error) {
        return error instanceof ApiError && error.status === 400;
      }
      return false;
    };
    const page = nextCursor(THINGS, 'desc', 'agent_01abc') ?? '';
    fc.assert(
      fc.property(fc.nat(page.length - 1), fc.stringMatching(/^[A-Za-z0-9_-]$/), (i, letter) => {
        const changed = page.slice(0, i) + letter + page.slice(i + 1);
        expect(changed === page || refused(changed)).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.string({ minLength: 1 }), (garbage) => refused(garbage)));
  });
});
