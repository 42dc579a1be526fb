import { modelCatalogue } from '../aws/absent';
import { currentRuntime, openLauncher, openStore, openWaker, openWorkspaces, surroundings } from '../aws/compose';
import { openKeeper } from '../aws/compose-vault';
import { toRequest, toResult, type RestEvent, type RestResult } from '../aws/rest-event';
import { createHandler } from '../http/handler';

const store = openStore();
const serve = createHandler({
  ...surroundings,
  store,
  waker: openWaker(store),
  runtime: currentRuntime(),
  launcher: openLauncher(),
  workspaces: openWorkspaces(),
  model: modelCatalogue,
  vault: openKeeper(),
});

/** The Lambda function behind every route that does not stream. */
export const handler = async (event: RestEvent): Promise<RestResult> => toResult(await serve(toRequest(event)));
