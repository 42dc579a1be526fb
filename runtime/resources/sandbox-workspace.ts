/** Keeping the files of a `cloud` session while it has no sandbox: what its supervisor asks for at its start and its end. */
import { randomUUID } from 'node:crypto';
import { ApiError, conflict, invalid, notFound } from '../contract/errors';
import { workspaceBlob } from '../store/keys';
import type { SavedWorkspace, WorkRecord } from '../store/work-ports';
import type { ResourceDeps, WorkspaceArchives } from './ports';
import { sandboxWork, type SandboxCaller } from './sandbox-access';
import { withSavedWorkspace } from './work-item';

/** How many archives are kept. The older one is for the day on which the newer one cannot be read. */
const GENERATIONS = 2;
const MAX_TRIES = 20;
const NOTHING: SavedWorkspace = { saved: [], uploading: null };

/** Where the archives are that a sandbox begins with: the newest first, none for a session's first sandbox. */
export interface WorkspaceSources {
  readonly type: 'workspace';
  readonly urls: readonly string[];
}

/** Where a sandbox puts a new archive, with PUT. */
export interface WorkspaceUpload {
  readonly type: 'workspace_upload';
  readonly url: string;
}

export interface WorkspaceSaved {
  readonly type: 'workspace_saved';
}

type WorkspaceDeps = Pick<ResourceDeps, 'store' | 'workspaces'>;

/** @throws ApiError what `sandboxWork` says of the token; 404 where nothing is kept. */
export async function workspaceSources(deps: WorkspaceDeps, caller: SandboxCaller): Promise<WorkspaceSources> {
  const { work, archives } = await open(deps, caller);
  const urls = (work.savedWorkspace ?? NOTHING).saved.map((key) => archives.downloadUrl(key));
  return { type: 'workspace', urls: await Promise.all(urls) };
}

/**
 * Begins to save. What is saved already stays until the new archive is complete, and an upload that nobody completed is
 * thrown away.
 *
 * @param bytes the size of the archive.
 * @throws ApiError 400 for no size, 413 for one that is too big, 409 when the item's worker has no business with it any more.
 */
export async function beginSave(deps: WorkspaceDeps, caller: SandboxCaller, bytes: unknown): Promise<WorkspaceUpload> {
  const { archives } = await open(deps, caller);
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes <= 0) {
    throw invalid('bytes: must be the size of the archive');
  }
  if (bytes > archives.maxBytes) {
    throw new ApiError(413, 'request_too_large', `bytes: an archive may have up to ${archives.maxBytes}`);
  }
  let abandoned: string | null = null;
  const { work, kept } = await change(deps, caller, (current, item) => {
    abandoned = current.uploading;
    return { saved: current.saved, uploading: workspaceBlob(item.workspace, item.sessionId, randomUUID()) };
  });
  if (abandoned !== null) await archives.delete(abandoned);
  if (kept.uploading === null) throw new Error(`work item ${work.id} has no upload`);
  return { type: 'workspace_upload', url: await archives.uploadUrl(kept.uploading, bytes) };
}

/**
 * Ends a save: from now on the archive that was uploaded is the newest, and the one before the last is deleted.
 *
 * @throws ApiError 409 when nothing was begun, or it has not arrived.
 */
export async function completeSave(deps: WorkspaceDeps, caller: SandboxCaller): Promise<WorkspaceSaved> {
  const { work, archives } = await open(deps, caller);
  const uploaded = work.savedWorkspace?.uploading ?? null;
  if (uploaded === null || !(await archives.has(uploaded))) throw conflict('The archive has not been uploaded.');
  let outdated: readonly string[] = [];
  await change(deps, caller, (current) => {
    if (current.uploading !== uploaded) throw conflict('Another upload was begun meanwhile.');
    const all = [uploaded, ...current.saved];
    outdated = all.slice(GENERATIONS);
    return { saved: all.slice(0, GENERATIONS), uploading: null };
  });
  for (const key of outdated) await archives.delete(key);
  return { type: 'workspace_saved' };
}

/** Deletes all archives of a session that is deleted. */
export async function discardWorkspace({ workspaces }: WorkspaceDeps, work: WorkRecord): Promise<void> {
  const { saved, uploading } = work.savedWorkspace ?? NOTHING;
  for (const key of uploading === null ? saved : [...saved, uploading]) await workspaces?.delete(key);
}

async function open(
  deps: WorkspaceDeps,
  caller: SandboxCaller,
): Promise<{ work: WorkRecord; archives: WorkspaceArchives }> {
  const work = await sandboxWork(deps, caller, 'session_token');
  if (!deps.workspaces) throw notFound('Sandboxes keep their files themselves here.');
  return { work, archives: deps.workspaces };
}

/** One step of saving, for as long as the item is in its worker's hands: another's files must not overwrite its successor's. */
async function change(
  deps: WorkspaceDeps,
  caller: SandboxCaller,
  next: (current: SavedWorkspace, work: WorkRecord) => SavedWorkspace,
): Promise<{ work: WorkRecord; kept: SavedWorkspace }> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const work = await sandboxWork(deps, caller, 'session_token');
    if (work.state !== 'active' && work.state !== 'stopping') throw conflict(`Work item ${work.id} is ${work.state}.`);
    const kept = next(work.savedWorkspace ?? NOTHING, work);
    if (await deps.store.work.update(withSavedWorkspace(work, kept))) return { work, kept };
  }
  throw new ApiError(529, 'overloaded_error', 'The work item is being changed by others. Try again.');
}
