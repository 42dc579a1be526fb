import { modelCatalogue, noLauncher } from '../../runtime/aws/absent';
import { session, work } from '../store/values';

const ids = async () => (await modelCatalogue.models()).map(({ id }) => id);
afterEach(() => {
  delete process.env.LISTED_MODELS;
});

describe('the models that a function lists without asking anybody', () => {
  test('are the public ones, where the deployment names none', async () => {
    expect(await ids()).toEqual(expect.arrayContaining(['claude-opus-5-5', 'claude-haiku-4-5-20251001']));
  });

  test('are those of the deployment, the newest public one first, then what only it knows', async () => {
    process.env.LISTED_MODELS = 'our-model,claude-opus-5,claude-opus-5-5';
    expect(await ids()).toEqual(['claude-opus-5-5', 'claude-opus-5', 'our-model']);
  });
});

describe('a deployment without sandboxes', () => {
  test('has none to stop when a session ends, and starts none', async () => {
    await noLauncher.stop({ workspace: 'default', id: 'sesn_1' }, { discard: true });
    await expect(noLauncher.start(work(), session(), 'secret')).rejects.toThrow('starts no sandbox');
  });
});
