import { modelCatalogue } from '../aws/absent';
import { openStore, openWaker, openWorkspaces, surroundings } from '../aws/compose';
import { currentRuntime, openLauncher, sandboxOffer } from '../aws/compose-sandboxes';
import { openKeeper } from '../aws/compose-remote-vault';
import { traits } from '../aws/model-traits';
import { toRequest, toResult, type RestEvent, type RestResult } from '../aws/rest-event';
import { createHandler } from '../http/handler';

const store = openStore();
const serve = createHandler({
  ...surroundings,
  store,
  waker: openWaker(store),
  runtime: currentRuntime(),
  launcher: openLauncher(store),
  sandboxes: sandboxOffer(),
  workspaces: openWorkspaces(),
  model: modelCatalogue,
  traits,
  vault: openKeeper(),
});

/** The Lambda function behind every route that does not stream. */
export const handler = async (event: RestEvent): Promise<RestResult> => toResult(await serve(toRequest(event)));
