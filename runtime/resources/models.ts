import { invalid, notFound } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { OperationsOf, ResourceDeps } from './ports';

type Query = Operations['models.list']['query'];
type Model = Operations['models.list']['result']['data'][number];

const DEFAULT_LIMIT = 20;
/** Retired models are listed only when they are asked for. */
const CURRENT: readonly Model['lifecycle'][] = ['active', 'deprecated'];

/** The models that agents can name. Their pages go by model ids, unlike those of all other lists (reference 2). */
export function createModels({ model }: Pick<ResourceDeps, 'model'>): OperationsOf<'models.list' | 'models.retrieve'> {
  return {
    'models.list': async (_context, { query }) => {
      if (query.after_id !== undefined && query.before_id !== undefined) {
        throw invalid('after_id: cannot be combined with before_id');
      }
      const lifecycles = query.lifecycle?.length ? query.lifecycle : CURRENT;
      const models = (await model.models()).filter(({ lifecycle }) => lifecycles.includes(lifecycle));
      const { data, more } = cut(models, query, query.limit ?? DEFAULT_LIMIT);
      return { data, has_more: more, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    },

    'models.retrieve': async (_context, { path }) => {
      const found = (await model.models()).find(({ id }) => id === path.model_id);
      if (!found) throw notFound(`model: ${path.model_id}`);
      return found;
    },
  };
}

/** The part of the list behind `after_id` or just before `before_id`, and whether there is more in that direction. */
function cut(models: readonly Model[], query: Query, limit: number): { data: Model[]; more: boolean } {
  if (query.before_id !== undefined) {
    const end = indexOf(models, query.before_id, 'before_id');
    const start = Math.max(0, end - limit);
    return { data: models.slice(start, end), more: start > 0 };
  }
  const start = query.after_id === undefined ? 0 : indexOf(models, query.after_id, 'after_id') + 1;
  return { data: models.slice(start, start + limit), more: start + limit < models.length };
}

function indexOf(models: readonly Model[], id: string, field: string): number {
  const index = models.findIndex((model) => model.id === id);
  if (index < 0) throw invalid(`${field}: there is no model ${id}`);
  return index;
}
