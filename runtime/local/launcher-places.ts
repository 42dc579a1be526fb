import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmod, chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The directories of one session's sandbox. All but the private one are kept for as long as the session is. */
export interface SandboxPlaces {
  readonly root: string;
  readonly workspace: string;
  readonly home: string;
  /** Emptied with every start. */
  readonly tmp: string;
  /** What the sandbox sees as /etc/passwd and /etc/group. */
  readonly passwd: string;
  readonly group: string;
  /** The supervisor's own. */
  readonly privateDir: string;
  /** The user that the session's tools run as, where we may choose one; else they run as ours. */
  readonly uid: number | undefined;
}

/** User ids that no distribution hands out, and that are below the bound of what can be passed to a new process. */
const UIDS = { from: 1_900_000_000, count: 200_000_000 } as const;
/** The same for a container that knows only the first 65,536. */
const LOW_UIDS = { from: 20_000, count: 40_000 } as const;

/** Makes what is missing of a sandbox's directories. As root, each sandbox has a user of its own, kept in what it owns. */
export async function preparePlaces(root: string): Promise<SandboxPlaces> {
  const inRoot = (name: string): string => join(root, name);
  await mkdir(root, { recursive: true, mode: 0o711 });
  const workspace = inRoot('workspace');
  const uid = process.getuid?.() === 0 ? await userOf(workspace) : undefined;
  if (uid !== undefined) {
    // Its user passes as the group: not being the owner, it cannot open the way to others.
    await chown(root, 0, uid);
    await chmod(root, 0o710);
  }
  await rm(inRoot('tmp'), { recursive: true, force: true });
  for (const name of ['workspace', 'home', 'tmp']) {
    await mkdir(inRoot(name), { recursive: true, mode: 0o700 });
    if (uid !== undefined) await chown(inRoot(name), uid, uid);
  }
  await mkdir(inRoot('private'), { recursive: true, mode: 0o700 });
  const account = { passwd: inRoot('passwd'), group: inRoot('group') };
  const id = uid ?? SANDBOX_UID;
  await writeFile(
    account.passwd,
    `root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:${id}:${id}::/home/agent:/bin/bash\n`,
  );
  await writeFile(account.group, `root:x:0:\nagent:x:${id}:\n`);
  for (const file of Object.values(account)) await chmod(file, 0o644);
  return { root, workspace, home: inRoot('home'), tmp: inRoot('tmp'), ...account, privateDir: inRoot('private'), uid };
}

/** What an unprivileged namespace calls the one user that it maps. */
export const SANDBOX_UID = 1_000;

async function userOf(workspace: string): Promise<number> {
  const owner = await stat(workspace).then(
    ({ uid }) => uid,
    () => 0,
  );
  if (owner !== 0) return owner;
  await mkdir(workspace, { recursive: true, mode: 0o700 });
  for (const { from, count } of [UIDS, LOW_UIDS]) {
    const uid = from + randomInt(count);
    const owned = await chown(workspace, uid, uid).then(
      () => true,
      () => false,
    );
    if (owned) return uid;
  }
  throw new Error(`no user id can be given to ${workspace}`);
}

/** Deletes a sandbox's directories, whatever its tools did to their modes. */
export async function discardPlaces(root: string): Promise<void> {
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  await remove().catch(async () => {
    await promisify(execFile)('chmod', ['-R', 'u+rwX', root]).catch(() => undefined);
    await remove();
  });
}
