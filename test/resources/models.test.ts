import { listedModels } from '../../runtime/model/catalogue';
import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const ids = listedModels().map(({ id }) => id);
const list = (query: Record<string, string>) => service.call('models.list', { query });

describe('listing models', () => {
  it('shows what the model API offers, newest first, in the form of its own pages', async () => {
    const page = await list({});
    expect(page).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids.at(-1) });
    expect(page.data.map(({ id }) => id)).toEqual(ids);
  });

  it('goes forth behind an id and back before one', async () => {
    const first = await list({ limit: '3' });
    expect(first).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[2] });
    const second = await list({ limit: '3', after_id: first.last_id ?? '' });
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(3, 6));
    const back = await list({ limit: '2', before_id: second.first_id ?? '' });
    expect(back).toMatchObject({ has_more: true, first_id: ids[1], last_id: ids[2] });
  });

  it('refuses ids that it does not know, and both directions at once', async () => {
    const both = { after_id: ids[0] ?? '', before_id: ids[1] ?? '' };
    const queries: Record<string, string>[] = [{ after_id: 'x' }, { before_id: 'x' }, both];
    for (const query of queries) {
      expect(await service.refusal('models.list', { query })).toMatchObject({ status: 400 });
    }
  });

  it('shows no retired model unless asked for', async () => {
    expect((await list({ 'lifecycle[]': 'retired' })).data).toEqual([]);
  });
});

describe('retrieving a model', () => {
  it('finds it by its id, or not at all', async () => {
    const model = await service.call('models.retrieve', { path: { model_id: ids[0] ?? '' } });
    expect(model).toMatchObject({ id: ids[0], type: 'model' });
    expect(await service.refusal('models.retrieve', { path: { model_id: 'x' } })).toEqual({
      status: 404,
      type: 'not_found_error',
      message: 'model: x',
    });
  });
});
