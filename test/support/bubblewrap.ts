import { spawnSync } from 'node:child_process';

/** Whether sandboxes can be cut off from the network here. What needs it is skipped where not, and jest's report says so. */
export const hasBubblewrap =
  spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' }).status === 0;
