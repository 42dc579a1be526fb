import { inspect } from 'node:util';
import { redactFailures } from '../../runtime/aws/redacted-failures';

const CANARY = 'sk-ant-api03-C4nary7yQ2xW9vB3';

describe('what a handler throws', () => {
  test('holds no credential, in no part that Lambda shows', async () => {
    const error = Object.assign(new TypeError(`refused ${CANARY}`, { cause: new Error(CANARY) }), { header: CANARY });
    const failure: unknown = await redactFailures(() => Promise.reject(error))().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'TypeError', message: 'refused [redacted]' });
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('C4nary');
  });

  test('is an error, whatever was thrown', async () => {
    const failed = redactFailures(() => Promise.reject(CANARY as unknown as Error))();
    await expect(failed).rejects.toThrow('[redacted]');
  });

  test('does not stand in the way of an answer', async () => {
    expect(await redactFailures(async (a: number, b: number) => a + b)(1, 2)).toBe(3);
  });
});
