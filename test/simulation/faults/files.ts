/** Faults of how the files of sandboxes are kept. */
import type { PlantedFault } from './fault';

const WORKSPACE = 'runtime/resources/sandbox-workspace.ts';
const KEPT = 'runtime/sandbox/kept-files.ts';
const ITEM = 'runtime/resources/work-item.ts';

export const FILE_FAULTS: readonly PlantedFault[] = [
  {
    name: 'what is saved is forgotten when the next save begins',
    file: WORKSPACE,
    from: '    return { saved: current.saved, uploading: workspaceBlob(',
    to: '    return { saved: [], uploading: workspaceBlob(',
  },
  {
    name: 'an upload that nobody completed is never thrown away',
    file: WORKSPACE,
    from: '  if (abandoned !== null) await archives.delete(abandoned);\n',
    to: '',
  },
  {
    name: 'an upload goes on under the name of the one before',
    file: WORKSPACE,
    from: 'uploading: workspaceBlob(item.workspace, item.sessionId, randomUUID())',
    to: "uploading: workspaceBlob(item.workspace, item.sessionId, 'files')",
  },
  {
    name: 'old archives are never deleted',
    file: WORKSPACE,
    from: '  for (const key of outdated) await archives.delete(key);\n',
    to: '',
  },
  {
    name: 'an archive is deleted while it is still kept',
    file: WORKSPACE,
    from: '    outdated = all.slice(GENERATIONS);\n',
    to: '    outdated = all.slice(1);\n',
  },
  {
    name: 'the old archive goes before the new one is kept',
    file: WORKSPACE,
    from: '  let outdated: readonly string[] = [];\n',
    to: '  let outdated: readonly string[] = [];\n  for (const key of (work.savedWorkspace?.saved ?? []).slice(GENERATIONS - 1)) await archives.delete(key);\n',
  },
  {
    name: 'all archives are kept for ever',
    file: WORKSPACE,
    from: 'return { saved: all.slice(0, GENERATIONS), uploading: null };',
    to: 'return { saved: all, uploading: null };',
  },
  {
    name: 'the newest archive stands last',
    file: WORKSPACE,
    from: 'const all = [uploaded, ...current.saved];',
    to: 'const all = [...current.saved, uploaded];',
  },
  {
    name: 'an upload still counts as begun when it is kept',
    file: WORKSPACE,
    from: 'return { saved: all.slice(0, GENERATIONS), uploading: null };',
    to: 'return { saved: all.slice(0, GENERATIONS), uploading: uploaded };',
  },
  {
    name: 'a sandbox whose item is given back may save',
    file: WORKSPACE,
    from: "    if (work.state !== 'active' && work.state !== 'stopping') throw conflict(`Work item ${work.id} is ${work.state}.`);\n",
    to: '',
    harmless: 'what was given back goes by no token any more',
  },
  {
    name: 'what is kept is not written down',
    file: WORKSPACE,
    from: '    if (await deps.store.work.update(withSavedWorkspace(work, kept))) return { work, kept };\n',
    to: '    return { work: withSavedWorkspace(work, kept), kept };\n',
  },
  {
    name: 'that somebody else has changed the item meanwhile is not noticed by who saves',
    file: WORKSPACE,
    from: '    if (await deps.store.work.update(withSavedWorkspace(work, kept))) return { work, kept };\n',
    to: '    await deps.store.work.update(withSavedWorkspace(work, kept));\n    return { work, kept };\n',
  },
  {
    name: 'files are forgotten when the next sandbox is started',
    file: ITEM,
    from: '    claimHash: null,\n    startFailures: failures,\n',
    to: '    claimHash: null,\n    savedWorkspace: undefined,\n    startFailures: failures,\n',
  },
  {
    name: 'older files are taken where the newest do not come at once',
    file: KEPT,
    from: '      if (!isLost(error)) throw error;\n      losses.push(error.message);\n',
    to: '      losses.push(String(error));\n',
  },
  {
    name: 'no sandbox is ever given files that are kept',
    file: KEPT,
    from: '  const losses: string[] = [];\n',
    to: "  const losses: string[] = [];\n  if (sources.length > 0) throw new Error('none');\n",
  },
  {
    name: 'a sandbox begins with nothing where its files do not come',
    file: KEPT,
    from: '      if (!isLost(error)) throw error;\n      losses.push(error.message);\n',
    to: '      if (!isLost(error)) return;\n      losses.push(error.message);\n',
  },
  {
    name: 'a sandbox begins with its oldest files',
    file: KEPT,
    from: '  for (const source of sources) {\n',
    to: '  for (const source of sources.toReversed()) {\n',
  },
];
