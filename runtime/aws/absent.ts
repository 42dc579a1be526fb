/**
 * Stand-ins for what a function was given no permission to do. Reaching one is a mistake in the composition, so they say so
 * instead of failing with a denied call later.
 */
import { listedModels } from '../model/catalogue';
import type { ModelProvider } from '../model/port';
import type { SandboxLauncher } from '../resources/ports';
import type { Waker } from '../store/ports';
import { hasSetting, readSetting } from './settings';

const refuse = (what: string) => async (): Promise<never> => {
  throw new Error(`This function ${what}`);
};

/** For functions that serve lists of models but never ask one: they hold no key. What is listed stands in the deployment. */
export const modelCatalogue: ModelProvider = {
  respond: refuse('asks no model'),
  models: async () => listedModels(hasSetting('listedModels') ? readSetting('listedModels').split(',') : undefined),
};

export const noWaker: Waker = { wake: refuse('wakes no thread') };

export const noLauncher: SandboxLauncher = {
  start: refuse('starts no sandbox'),
  // A session ends in a deployment without sandboxes, too, and has none to stop.
  stop: async () => undefined,
};
