/**
 * What those agree on who start a sandbox's container (`aws/fargate-launcher.ts`, `local/container-launcher.ts`, the task
 * definition in `lib/sandbox-task.ts`), the image (`image/Dockerfile`) and the program in it (`container-main.ts`).
 */
import type { SessionRecord } from '../store/records';

/** The name of a task's one container. */
export const SANDBOX_CONTAINER = 'worker';

/** The variable with which a container is told its work: a `SandboxOrder` or a `WarmOrder` as JSON. */
export const ORDER_VARIABLE = 'SANDBOX_ORDER';

/** What a container is for. Whoever may look at containers sees it, so it holds no secret but a claim. */
export interface SandboxOrder {
  /** Where the API is: scheme, host and port, or `unix:` and a path where it is reached through a socket. */
  readonly baseUrl: string;
  readonly environmentId: string;
  readonly workId: string;
  readonly sessionId: string;
  /** Good for one exchange for the work item's secret (`resources/sandbox-claim.ts`). */
  readonly claim: string;
  readonly maxIdleMs: number;
  /** The one way out of a sandbox that may not have another. @default the sandbox's network is open */
  readonly egress?: EgressOrder;
}

/** Where the egress gateway is. */
export type EgressOrder =
  /** A socket that is this session's own. */
  | { readonly socket: string }
  /** A door where each connection says whose it is, and behind which the API is, too. */
  | { readonly host: string; readonly port: number; readonly workspace: string };

/** What a container is for that nobody wants yet: it asks for work until there is some. */
export interface WarmOrder extends Pick<SandboxOrder, 'baseUrl' | 'maxIdleMs'> {
  /** With which it asks, and which is good for nothing else (`resources/warm-assignment.ts`). */
  readonly ticket: string;
}

/** The user of the tools, its group, and its home. */
export const TOOLS_UID = 1_000;
export const TOOLS_HOME = '/home/agent';

/** The tools' working directory: what is kept of a session while it has no sandbox. */
export const WORKSPACE = '/workspace';
/** The supervisor's own directory. */
export const PRIVATE_DIRECTORY = '/run/supervisor';

/** Where a container finds the socket of the API, if it is given one. Its directory is closed to the tools. */
export const API_SOCKET = '/run/api/api.sock';

/** Where a container finds the socket of the egress gateway, if it is given one. Its directory is closed to the tools. */
export const EGRESS_SOCKET = '/run/egress/gateway.sock';
/** Where the supervisor writes whom the tools are to trust. */
export const TRUST_DIRECTORY = '/tmp/egress';

/** All that is written to, so that the rest of the container can be read-only. */
export const WRITABLE_DIRECTORIES = [WORKSPACE, TOOLS_HOME, '/mnt/session', '/tmp', PRIVATE_DIRECTORY] as const;

/** The rights of root that a supervisor needs: to start the tools as their user, and to end them. */
export const SUPERVISOR_CAPABILITIES = ['SETUID', 'SETGID', 'KILL'] as const;
/** And those with which it installs packages of the system, where an environment asks for some. */
export const INSTALLER_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] as const;

/** How long a supervisor that was asked to stop may take to say what became of its calls, and to save the files. */
export const STOP_WITHIN_SECONDS = 110;

type Packages = Extract<SessionRecord['environmentConfig'], { type: 'cloud' }>['packages'];

/** Managers that write outside of the user's home, or that have to be installed themselves first. */
const SYSTEM_MANAGERS = ['apt', 'cargo', 'gem', 'go'] as const;

/** Whether a session's sandbox has to change its own system: its root can then not be read-only. */
export function changesSystem({ environmentConfig }: Pick<SessionRecord, 'environmentConfig'>): boolean {
  if (environmentConfig.type !== 'cloud') return false;
  const packages: Packages = environmentConfig.packages;
  return SYSTEM_MANAGERS.some((manager) => packages[manager].length > 0);
}
