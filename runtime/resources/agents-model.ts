import { invalid } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { Agent } from '../contract/wire';
import { traitsOf } from '../model/traits';

export type ModelParams = Operations['agents.create']['body']['model'];
type ModelConfig = Agent['model'];

/**
 * A model as an agent keeps it: the object form with its defaults filled (reference 3.1). Whatever a request says of a model
 * replaces all that was said before, but for the effort, which stays while the model does (reference 3.3).
 *
 * A model that nobody described is taken as it is: it may be anything that the configured model API serves.
 *
 * @throws ApiError 400 for an effort or a speed that a known model does not have.
 */
export function resolveModel(params: ModelParams, current?: ModelConfig): ModelConfig {
  const asked = typeof params === 'string' ? { id: params } : params;
  const { id, speed, inference_geo: geo } = asked;
  const effort = resolveEffort(id, asked.effort, current);
  const { price } = traitsOf(id);
  if (speed === 'fast' && price && price.fastFactor === undefined) {
    throw invalid(`model.speed: ${id} does not support fast`);
  }
  return {
    id,
    ...(effort ? { effort } : {}),
    speed: speed ?? 'standard',
    ...(geo ? { inference_geo: geo } : {}),
  };
}

type EffortParams = Exclude<ModelParams, string>['effort'];

function resolveEffort(id: string, asked: EffortParams, current?: ModelConfig): ModelConfig['effort'] {
  if (asked === undefined && current?.id === id) return current.effort;
  const { defaultEffort, price } = traitsOf(id);
  if (asked === undefined || asked === null) return defaultEffort && { type: defaultEffort };
  if (price && defaultEffort === undefined) throw invalid(`model.effort: ${id} has no effort setting`);
  return typeof asked === 'string' ? { type: asked } : { type: asked.type };
}
