import type { ModelServerRequest, ResponsePlan } from '../../runtime/local/offline-model/plan';
import { startModelServer, type ModelServer } from '../../runtime/local/offline-model/server';

/** One answer, or a function that makes it from the request (and may take its time). */
export type Scripted =
  ResponsePlan | ((request: ModelServerRequest, signal: AbortSignal) => ResponsePlan | Promise<ResponsePlan>);

export interface ScriptedModel extends ModelServer {
  /** The requests so far, in order. */
  readonly requests: readonly ModelServerRequest[];
}

/** A model that answers by a script, one entry a request. After the script it says "Done.", so that a test ends. */
export async function createScriptedModel(script: readonly Scripted[]): Promise<ScriptedModel> {
  const requests: ModelServerRequest[] = [];
  const server = await startModelServer({
    respond: async (request, signal) => {
      const step = script[requests.length] ?? { blocks: [{ type: 'text', text: 'Done.' }] };
      requests.push(request);
      return typeof step === 'function' ? step(request, signal) : step;
    },
  });
  return { ...server, requests };
}
