import { DeregisterTaskDefinitionCommand, paginateListTaskDefinitions, type ECSClient } from '@aws-sdk/client-ecs';
import { paginateListVersionsByFunction, type LambdaClient } from '@aws-sdk/client-lambda';
import { SETTINGS } from './settings';

export interface RevisionJanitorDeps {
  readonly lambda: LambdaClient;
  readonly ecs: ECSClient;
  /** The name of the harness function. */
  readonly functionName: string;
  /** The families of the sandboxes' task definitions. */
  readonly families: readonly string[];
}

/** So many of the newest revisions of a family stay in any case: a deployment makes them before it publishes a harness. */
const KEPT = 3;
const REVISION_SETTINGS = [SETTINGS.sandboxTaskDefinition, SETTINGS.sandboxSystemTaskDefinition];

/**
 * Removes the revisions of the sandboxes' task definitions that no session needs any more. A session is pinned to a harness and a
 * revision together, and a harness names its revisions in its own variables: so what no published version names, no session needs.
 *
 * @returns the revisions that were removed.
 * @throws Error when the variables of a version cannot be read: then it is not known what is needed.
 */
export async function removeUnusedRevisions(deps: RevisionJanitorDeps): Promise<string[]> {
  const needed = await neededRevisions(deps);
  const removed: string[] = [];
  for (const family of deps.families) {
    for (const revision of (await newestFirst(deps.ecs, family)).slice(KEPT)) {
      if (needed.has(revision)) continue;
      await deps.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: revision }));
      removed.push(revision);
    }
  }
  return removed;
}

async function neededRevisions({
  lambda,
  functionName,
}: RevisionJanitorDeps): Promise<ReadonlySet<string | undefined>> {
  const needed = new Set<string | undefined>();
  for await (const page of paginateListVersionsByFunction({ client: lambda }, { FunctionName: functionName })) {
    for (const { Version, Environment } of page.Versions ?? []) {
      if (Environment?.Error) throw new Error(`the variables of version ${Version} cannot be read`);
      for (const setting of REVISION_SETTINGS) needed.add(Environment?.Variables?.[setting]);
    }
  }
  return needed;
}

async function newestFirst(client: ECSClient, family: string): Promise<string[]> {
  const found: string[] = [];
  const query = { familyPrefix: family, status: 'ACTIVE', sort: 'DESC' } as const;
  for await (const page of paginateListTaskDefinitions({ client }, query))
    found.push(...(page.taskDefinitionArns ?? []));
  return found;
}
