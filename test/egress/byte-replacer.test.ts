import * as fc from 'fast-check';
import { ByteReplacer, type Replacement } from '../../runtime/egress/byte-replacer';

const replacement = ([from, to]: readonly [string, string]): Replacement => ({
  from: Buffer.from(from),
  to: Buffer.from(to),
});

/** What comes out of chunks, together with how much of it came with each. */
function run(replacements: readonly (readonly [string, string])[], chunks: readonly string[]) {
  const replacer = new ByteReplacer(replacements.map(replacement));
  const pieces = chunks.map((chunk) => replacer.push(Buffer.from(chunk)).toString());
  return { pieces, text: [...pieces, replacer.end().toString()].join('') };
}

describe('the replacement of texts in a stream', () => {
  it('finds a text that is spread over chunks', () => {
    expect(run([['secret', 'X']], ['a sec', 'r', 'et b']).text).toBe('a X b');
  });

  it('holds back nothing but what may be a beginning', () => {
    expect(run([['secret', 'X']], ['data: 1\n\n', 'data: se', 'e\n\n']).pieces).toEqual([
      'data: 1\n\n',
      'data: ',
      'see\n\n',
    ]);
  });

  it('takes the longer of two that begin at one place, also where it comes in pieces', () => {
    const both = [
      ['abc', '1'],
      ['abcdef', '2'],
    ] as const;
    expect(run(both, ['abc', 'def', 'abc', 'de']).text).toBe('21de');
  });

  it('does not look into what it has put in', () => {
    expect(run([['a', 'aa']], ['aaa']).text).toBe('aaaaaa');
  });

  it('does the same however the bytes are cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 8 }),
        fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
        (chunks, texts) => {
          const replacements = texts.map((from, index) => [from, String(index)] as const);
          expect(run(replacements, chunks).text).toBe(run(replacements, [chunks.join('')]).text);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('leaves none of the texts standing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('se', 'cr', 'et', 'secret', 'x'), { maxLength: 40 }), (chunks) => {
        expect(run([['secret', '-']], chunks).text).not.toContain('secret');
      }),
    );
  });
});
