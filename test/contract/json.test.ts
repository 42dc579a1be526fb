import fc from 'fast-check';
import { jsonPieces } from '../../runtime/contract/json';

describe('JSON in pieces', () => {
  it('is what JSON.stringify makes, however deep the pieces go', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(6), (value, depth) => {
        expect([...jsonPieces(value, depth)].join('')).toBe(JSON.stringify(value));
      }),
    );
  });

  it('leaves out what is undefined in an object, and nothing in a list', () => {
    const value = { first: undefined, list: [undefined, { none: undefined }], last: 1 };
    expect([...jsonPieces(value, 5)].join('')).toBe(JSON.stringify(value));
  });

  it('is never longer in a piece than what lies at the depth', () => {
    const texts = ['a'.repeat(100), 'b'.repeat(100)];
    expect(Math.max(...[...jsonPieces({ texts }, 2)].map(({ length }) => length))).toBe(102);
  });
});
