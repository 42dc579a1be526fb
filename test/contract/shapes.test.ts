import { ShapeTable } from '../../scripts/contract/shapes';

type Schema = Parameters<ShapeTable['paramsOf']>[1];

const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});
const tagged = (type: string): Schema => object({ type: { type: 'string', const: type } }, ['type']);
/** The shape of one field of an operation's parameters. */
const shapeOf = (field: Schema, definitions: Record<string, Schema> = {}) =>
  new ShapeTable().paramsOf('agents.create', { ...object({ field }), definitions }).fields['field'];

describe('the shapes that the generator makes of schemas', () => {
  it('take null out of a type', () => {
    expect(shapeOf({ type: ['string', 'null'], enum: ['a', null] })).toEqual({
      kind: 'nullable',
      of: { kind: 'enum', values: ['a'] },
    });
    expect(shapeOf({ anyOf: [{ type: 'array', items: { type: 'number' } }, { type: 'null' }] })).toEqual({
      kind: 'nullable',
      of: { kind: 'array', of: { kind: 'integer' } },
    });
  });

  it('tell the members of a union apart by a text that each requires', () => {
    expect(shapeOf({ anyOf: [{ type: 'string' }, tagged('a'), tagged('b')] })).toMatchObject({
      kind: 'union',
      tag: 'type',
      members: { a: { kind: 'object' }, b: { kind: 'object' } },
      text: { kind: 'string' },
    });
  });

  it('follow unions inside a union', () => {
    const definitions = { Inner: { anyOf: [tagged('b'), tagged('c')] } };
    const shape = shapeOf({ anyOf: [tagged('a'), { $ref: '#/definitions/Inner' }] }, definitions);
    expect(Object.keys((shape as { members: object }).members)).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, Schema]>([
    ['objects without a tag', { anyOf: [object({ a: { type: 'string' } }), object({ b: { type: 'string' } })] }],
    ['a tag that is not unique', { anyOf: [tagged('a'), tagged('a')] }],
    ['a list beside a text', { anyOf: [{ type: 'string' }, { type: 'array', items: {} }] }],
    ['several types at once', { type: ['string', 'number', 'null'] }],
    ['a keyword that is not known', { allOf: [{ type: 'string' }] }],
    ['a reference to nothing', { $ref: '#/definitions/Nothing' }],
  ])('do not exist for %s', (_, schema) => {
    expect(() => shapeOf(schema)).toThrow();
  });

  it('do not mix up two types of one name', () => {
    const table = new ShapeTable();
    const params = (type: 'string' | 'boolean'): Schema => ({
      ...object({ field: { $ref: '#/definitions/Same' } }),
      definitions: { Same: object({ value: { type } }) },
    });
    table.paramsOf('agents.create', params('string'));
    expect(() => table.paramsOf('agents.update', params('boolean'))).toThrow('Two types are called Same');
  });
});
