import fc from 'fast-check';
import { compare } from 'dynalite/db';
import conditionParser, { type ParseContext, type Parser } from 'dynalite/db/conditionParser';
import projectionParser from 'dynalite/db/projectionParser';
import updateParser from 'dynalite/db/updateParser';
import { remembering } from '../../runtime/local/dynamo-expressions';

const CONDITIONS = [
  'attribute_exists(#a)',
  'attribute_not_exists(#a) OR #b < :x',
  '#a = :x AND (#b <> :y OR NOT contains(#a, :x))',
  'begins_with(#a, :x) AND size(#b) > :y',
  '#a IN (:x, :y, :x)',
  '#a BETWEEN :x AND :y',
  '#a BETWEEN :x AND :y AND #b BETWEEN #a AND :y',
  '#a.#b[2] = :x',
  'attribute_type(#a, :x)',
  '#a = #a',
  '(#a = :x',
  '#a = :unknown',
  'status = :x',
];
const UPDATES = [
  'SET #a = :x',
  'SET #a = :x, #b = if_not_exists(#b, :y) + :x',
  'SET #a = :x REMOVE #b',
  'ADD #a :x',
  'SET #a.#b = list_append(#a, :y)',
  'SET #a = :x, #a = :y',
  'REMOVE #a, #b[1]',
];
const PROJECTIONS = ['#a', '#a, #b', '#a.#b, #b[0].#a', '#a, #a', '#c'];

const value = fc.oneof(
  fc.record({ S: fc.constantFrom('S', 'a', 'b', 'M') }),
  fc.record({ N: fc.constantFrom('1', '2', '10') }),
  fc.record({ B: fc.constantFrom('AAAA', 'AAAB') }),
  fc.record({ L: fc.constantFrom([], [{ S: 'a' }]) }),
  fc.record({ BOOL: fc.boolean() }),
);
const names = fc.record(
  { '#a': fc.constantFrom('p', 'q'), '#b': fc.constantFrom('p', 'r'), '#c': fc.constant('__proto__') },
  { requiredKeys: ['#a'] },
);
const values = fc.record({ ':x': value, ':y': value }, { requiredKeys: [':x'] });
const requests = (texts: readonly string[]) =>
  fc.record({ texts: fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 2 }), names, values });

interface Request {
  readonly texts: readonly string[];
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, object>>;
}

/** What the expressions of a request are read as, or refused with, and which of its names and values none of them uses. */
function readBy(parse: Parser['parse'], { texts, names: attrNames, values: attrVals }: Request) {
  const unused = (given: object) => Object.fromEntries(Object.keys(given).map((name) => [name, true as const]));
  const context: ParseContext & { readonly isReserved: (name: string) => boolean } = {
    attrNames,
    attrVals,
    unusedAttrNames: unused(attrNames),
    unusedAttrVals: unused(attrVals),
    isReserved: (name) => name === 'status',
    compare,
  };
  const parsed = texts.map((text) => {
    try {
      return parse(text, { context });
    } catch (error) {
      return String(error);
    }
  });
  const isRefused = parsed.some((one) => typeof one === 'string');
  return { parsed, ...(isRefused ? {} : { names: context.unusedAttrNames, values: context.unusedAttrVals }) };
}

describe('an expression that is remembered', () => {
  it.each([
    ['a condition', conditionParser, CONDITIONS],
    ['an update', updateParser, UPDATES],
    ['a projection', projectionParser, PROJECTIONS],
  ])('is the same as one that is read, whatever the values: %s', (_what, { parse }, texts) => {
    const remembered = remembering(parse);
    fc.assert(
      fc.property(fc.array(requests(texts), { minLength: 2, maxLength: 20 }), (asked) => {
        for (const request of asked) expect(readBy(remembered, request)).toStrictEqual(readBy(parse, request));
      }),
    );
  });

  it('is read once for all values of the same types, and again after a thousand others', () => {
    const parse = jest.fn(conditionParser.parse);
    const remembered = remembering(parse);
    const ask = (name: string, text: string) =>
      readBy(remembered, { texts: ['#a < :x'], names: { '#a': name }, values: { ':x': { S: text } } });
    for (const text of ['a', 'b', 'c']) ask('p', text);
    expect(parse).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 1_000; n += 1) ask(`q${n}`, 'a');
    ask('p', 'a');
    expect(parse).toHaveBeenCalledTimes(1_002);
  });

  it('is refused where the bounds of a range are the wrong way round, though the last ones were right', () => {
    const remembered = remembering(conditionParser.parse);
    const between = (low: string, high: string) =>
      readBy(remembered, {
        texts: ['#a = :x AND #b BETWEEN :low AND :high'],
        names: { '#a': 'p', '#b': 'q' },
        values: { ':x': { S: 'a' }, ':low': { N: low }, ':high': { N: high } },
      }).parsed;
    expect(between('1', '2')).toMatchObject([{ expression: { type: 'and' } }]);
    expect(between('2', '1')).toEqual([expect.stringContaining('upper bound to be greater than or equal')]);
    expect(between('2', '10')).toMatchObject([
      { expression: { args: [{}, { args: [['q'], { N: '2' }, { N: '10' }] }] } },
    ]);
  });

  it('is a copy each time: what is done to one does nothing to the next', () => {
    const remembered = remembering(conditionParser.parse);
    const request = { texts: ['#a = :x'], names: { '#a': 'p' }, values: { ':x': { S: 'a' } } };
    const [first] = readBy(remembered, request).parsed as [{ expression: { type: string; args: string[][] } }];
    first.expression.type = '<';
    first.expression.args[0]?.push('more');
    expect(readBy(remembered, request)).toStrictEqual(readBy(conditionParser.parse, request));
  });
});
