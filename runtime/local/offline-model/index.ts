import { respondOffline } from './brain';
import { startModelServer, type ModelServer } from './server';

/** The model that answers where no key of a real one is given. Any key is good for it. */
export function createOfflineModel(): Promise<ModelServer> {
  return startModelServer({ respond: respondOffline });
}
