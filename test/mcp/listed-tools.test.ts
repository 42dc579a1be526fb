import { listedTools } from '../../runtime/mcp/listed-tools';

describe('the tools that a server lists', () => {
  it('are kept with what the model needs, and whether they may run twice', () => {
    const inputSchema = { type: 'object' };
    expect(
      listedTools([
        {
          name: 'a',
          title: 'A',
          description: 'Does a',
          inputSchema,
          outputSchema: {},
          annotations: { idempotentHint: true },
        },
        { name: 'b', inputSchema, annotations: { readOnlyHint: true } },
        { name: 'c', inputSchema, annotations: { destructiveHint: false } },
      ]),
    ).toEqual([
      { name: 'a', description: 'Does a', inputSchema, repeatable: true },
      { name: 'b', inputSchema, repeatable: true },
      { name: 'c', inputSchema },
    ]);
  });

  it('are left out where they have no name of their own', () => {
    const odd = [null, 1, 'a', {}, { name: '' }, { name: 'n'.repeat(300) }, { name: 'a' }, { name: 'a' }];
    expect(listedTools(odd)).toEqual([{ name: 'a', inputSchema: {} }]);
  });

  it('are left out where they run only as tasks', () => {
    const task = { name: 'a', execution: { taskSupport: 'required' } };
    expect(listedTools([task, { name: 'b', execution: { taskSupport: 'optional' } }])).toEqual([
      { name: 'b', inputSchema: {} },
    ]);
  });

  it('are cut down to what can be kept', () => {
    const long = listedTools([
      { name: 'a', description: 'd'.repeat(100_000), inputSchema: { x: 'x'.repeat(200_000) } },
    ]);
    expect(JSON.stringify(long).length).toBeLessThan(10_000);
    expect(listedTools(Array.from({ length: 2_000 }, (_, i) => ({ name: `t${i}` })))).toHaveLength(500);
    const big = Array.from({ length: 400 }, (_, i) => ({ name: `t${i}`, inputSchema: { x: 'x'.repeat(100_000) } }));
    expect(JSON.stringify(listedTools(big)).length).toBeLessThan(1.1 * 1024 * 1024);
  });
});
