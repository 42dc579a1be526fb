import { DeleteFunctionCommand, paginateListVersionsByFunction, type LambdaClient } from '@aws-sdk/client-lambda';
import type { SessionStore } from '../store/ports';

export interface VersionJanitorDeps {
  readonly client: LambdaClient;
  /** The name of the harness function. */
  readonly functionName: string;
  readonly sessions: Pick<SessionStore, 'anyOnHarness'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** So many of the newest versions stay in any case, to go back to. */
const KEPT = 3;
/** A deployment's functions may still give the version before it to new sessions for a while. */
const SETTLED_AFTER_MS = 24 * 3_600_000;

interface Version {
  readonly number: number;
  readonly publishedAt: number;
}

/**
 * Removes the versions of the harness that no session needs any more: code that is kept counts towards a quota of the account.
 * A version stays while a session that is not archived is pinned to it, for a day after its successor was published, and while it
 * is one of the newest.
 *
 * @returns the numbers of the versions that were removed.
 */
export async function removeUnusedVersions(deps: VersionJanitorDeps): Promise<number[]> {
  const versions = await newestFirst(deps);
  const removed: number[] = [];
  for (const [i, { number }] of versions.entries()) {
    const successor = versions[i - 1];
    if (i < KEPT || !successor || deps.now - successor.publishedAt < SETTLED_AFTER_MS) continue;
    if (await deps.sessions.anyOnHarness(String(number))) continue;
    await deps.client.send(new DeleteFunctionCommand({ FunctionName: deps.functionName, Qualifier: String(number) }));
    removed.push(number);
  }
  return removed;
}

async function newestFirst({ client, functionName }: VersionJanitorDeps): Promise<Version[]> {
  const found: Version[] = [];
  for await (const page of paginateListVersionsByFunction({ client }, { FunctionName: functionName })) {
    for (const { Version: number = '', LastModified = '' } of page.Versions ?? []) {
      if (/^\d+$/.test(number)) found.push({ number: Number(number), publishedAt: Date.parse(LastModified) });
    }
  }
  return found.toSorted((a, b) => b.number - a.number);
}
