import * as fc from 'fast-check';
import { inputSchemaFor } from '../../runtime/harness/tool-input-schema';

const nested = (depth: number): unknown =>
  depth === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(depth - 1) } };

describe('the schema of a tool', () => {
  it.each([
    ['an empty one', { type: 'object' }],
    [
      'an ordinary one',
      { type: 'object', properties: { a: { type: ['string', 'null'], enum: ['x', null] } }, required: ['a'] },
    ],
    [
      'one with references within',
      { type: 'object', properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { type: 'integer' } } },
    ],
    ['one with alternatives below the top', { type: 'object', properties: { a: { anyOf: [{ type: 'null' }, true] } } }],
    [
      'one with annotations',
      { type: 'object', $schema: 'https://json-schema.org/draft/2020-12/schema', 'x-order': [1] },
    ],
  ])('is offered as it is: %s', (_what, schema) => {
    expect(inputSchemaFor(schema)).toEqual({ schema });
  });

  it.each([
    ['no object', { type: 'string' }],
    ['no schema', 'object'],
    ['a list', []],
    ['alternatives at the top', { type: 'object', oneOf: [{ type: 'object' }] }],
    ['an unknown type', { type: 'object', properties: { a: { type: 'text' } } }],
    ['a property that the model API refuses', { type: 'object', properties: { 'a b': {} } }],
    ['a reference to nowhere', { type: 'object', properties: { a: { $ref: '#/$defs/A' } } }],
    ['a reference to elsewhere', { type: 'object', properties: { a: { $ref: 'https://a.test/schema' } } }],
    ['a pattern that is none', { type: 'object', properties: { a: { type: 'string', pattern: '(' } } }],
    ['required that is no list', { type: 'object', required: 'a' }],
    ['nested without end', nested(50)],
    ['huge', { type: 'object', description: 'x'.repeat(100_000) }],
  ])('that is %s stands in the description instead', (_what, schema) => {
    const offered = inputSchemaFor(schema);
    expect(offered.schema).toEqual({ type: 'object' });
    expect(offered.note).toContain(JSON.stringify(schema).slice(0, 100));
    expect(offered.note?.length).toBeLessThan(5_000);
  });

  it('never throws, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(inputSchemaFor(value).schema).toMatchObject({ type: 'object' });
      }),
    );
  });
});
