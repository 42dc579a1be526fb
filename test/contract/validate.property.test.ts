import * as fc from 'fast-check';
import { ApiError } from '../../runtime/contract/errors';
import { ROUTES, SHAPES } from '../../runtime/contract/generated/routes';
import type { OperationName } from '../../runtime/contract/operations';
import type { ObjectShape, Shape } from '../../runtime/contract/shape';
import { validateInput } from '../../runtime/contract/validate';

const names = Object.keys(ROUTES) as OperationName[];
const anyOperation = fc.constantFrom(...names);
const bodies = names.filter((name) => typeof ROUTES[name].body === 'object');

/** Values of a shape, and now and then something else in their place. */
function nearly(shape: Shape): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: valuesOf(shape), weight: 19 }, { arbitrary: fc.jsonValue(), weight: 1 });
}

function valuesOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '__proto__', 'a'.repeat(300), '\ud800'));
    case 'integer':
      return fc.oneof(fc.integer(), fc.double(), fc.constantFrom(Number.MAX_VALUE, -0));
    case 'boolean':
      return fc.boolean();
    case 'any':
      return fc.jsonValue();
    case 'enum':
      return fc.constantFrom(...shape.values);
    case 'ref': {
      const target = SHAPES[shape.to];
      return target ? nearly(target) : fc.jsonValue();
    }
    case 'nullable':
      return fc.option(nearly(shape.of));
    case 'array':
      return fc.array(nearly(shape.of), { maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.string(), nearly(shape.of));
    case 'object':
      return fieldsOf(shape);
    case 'union':
      return fc.oneof(...Object.values(shape.members).map(nearly), ...(shape.text ? [nearly(shape.text)] : []));
  }
}

const fieldsOf = (shape: ObjectShape): fc.Arbitrary<unknown> =>
  fc.record(Object.fromEntries(Object.entries(shape.fields).map(([field, of]) => [field, nearly(of)])), {
    requiredKeys: [...shape.required],
  });

/** What `validateInput` does with a body: the input it makes, or the message of its 400. Anything else is thrown on. */
function outcomeOf(operation: OperationName, body: unknown, query = ''): { input: unknown } | { says: string } {
  try {
    return {
      input: validateInput(operation, { path: {}, query: new URLSearchParams(query), body, headers: new Headers() }),
    };
  } catch (error) {
    if (error instanceof ApiError && error.status === 400 && error.type === 'invalid_request_error')
      return { says: error.message };
    throw error;
  }
}

describe('validateInput', () => {
  it('makes an input or a 400 of any JSON', () => {
    fc.assert(
      fc.property(anyOperation, fc.jsonValue(), fc.webQueryParameters(), (operation, body, query) => {
        outcomeOf(operation, body, query);
      }),
      { numRuns: 500 },
    );
  });

  it.each(bodies)('makes an input or a short 400 of what is nearly a body of %s', (operation) => {
    const { body } = ROUTES[operation];
    if (typeof body !== 'object') throw new Error(`${operation} has no shape`);
    fc.assert(
      fc.property(fieldsOf(body), (value) => {
        const outcome = outcomeOf(operation, value);
        if ('says' in outcome) expect(outcome.says.length).toBeLessThan(600);
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same input for what it made of a body as for the body', () => {
    const pairs = fc.oneof(
      ...bodies.map((operation) =>
        fieldsOf(ROUTES[operation].body as ObjectShape).map((body) => ({ operation, body })),
      ),
    );
    fc.assert(
      fc.property(pairs, ({ operation, body }) => {
        const outcome = outcomeOf(operation, body);
        if ('says' in outcome) return;
        const again = outcomeOf(operation, (outcome.input as { body: unknown }).body);
        expect(again).toEqual(outcome);
      }),
      { numRuns: 1000 },
    );
  });

  it('looks at a large body once', () => {
    const events = Array.from({ length: 1000 }, () => ({
      type: 'user.message',
      content: Array.from({ length: 100 }, () => ({ type: 'text', text: 'x'.repeat(100), extra: { a: [1, 2, 3] } })),
    }));
    const before = process.cpuUsage();
    expect(outcomeOf('sessions.events.send', { events })).toHaveProperty('input');
    const { user, system } = process.cpuUsage(before);
    // Of the processor's time, since others may want it too.
    expect((user + system) / 1_000).toBeLessThan(3000);
  });
});
