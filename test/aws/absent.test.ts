import { modelCatalogue } from '../../runtime/aws/absent';

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
