import { Closing } from '../../runtime/local/closing';

describe('closing', () => {
  test('goes in the reverse of the order of opening, once', async () => {
    const closing = new Closing();
    const closed: string[] = [];
    for (const name of ['database', 'server', 'sweeper']) closing.add(async () => void closed.push(name));
    expect(closing.hasBegun).toBe(false);
    await closing.close();
    await closing.close();
    expect(closing.hasBegun).toBe(true);
    expect(closed).toEqual(['sweeper', 'server', 'database']);
  });

  test('a step that fails does not keep the others from being taken', async () => {
    const closing = new Closing();
    const closed: string[] = [];
    closing.add(async () => void closed.push('database'));
    closing.add(() => Promise.reject(new Error('stuck')));
    await expect(closing.close()).rejects.toThrow('stuck');
    expect(closed).toEqual(['database']);
  });
});
