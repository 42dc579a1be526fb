/**
 * How a sandbox says whose it is, to a gateway that it reaches over a network. What its supervisor holds already (the claim, then
 * the session's token) is not shown: only what follows from its hash, which the work item keeps. So the gateway learns nothing with
 * which it could call the API, there is no further secret to make, and it ends with the lease.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WorkRecord } from '../store/work-ports';

/** Whose sandbox it is. */
export type SandboxName = Pick<WorkRecord, 'workspace' | 'environmentId' | 'sessionId'>;

/**
 * What a sandbox asks the door for: the gateway itself, or, for its supervisor alone, the API, which a sandbox without another way
 * out could not reach. Neither is a name that could be anybody's.
 */
export const DOOR_TARGETS = { gateway: 'gateway.invalid:80', api: 'api.invalid:443' } as const;

const PURPOSE = 'egress gateway';
/** No id is longer, and no workspace. */
const MAX_LENGTH = 1_024;

/** What a sandbox presents, as the value of `Proxy-Authorization`. */
export function presented(name: SandboxName, secretHash: string): string {
  const user = [name.workspace, name.environmentId, name.sessionId].map(encodeURIComponent).join('/');
  return `Basic ${Buffer.from(`${user}:${proofOf(secretHash)}`).toString('base64')}`;
}

/** Reads what is presented. Undefined for anything that `presented` has not made. */
export function readPresented(header: string | undefined): { name: SandboxName; proof: string } | undefined {
  const [, digits] = /^basic ([a-z0-9+/]+={0,2})$/i.exec(header ?? '') ?? [];
  if (digits === undefined || digits.length > MAX_LENGTH) return undefined;
  const [, user, proof] = /^([^:]+):([0-9a-f]+)$/.exec(Buffer.from(digits, 'base64').toString('latin1')) ?? [];
  if (user === undefined || proof === undefined) return undefined;
  const [workspace, environmentId, sessionId, ...rest] = user.split('/').map(decoded);
  if (!workspace || !environmentId || !sessionId || rest.length > 0) return undefined;
  return { name: { workspace, environmentId, sessionId }, proof };
}

/** Whether the proof follows from that hash. Takes the same time whatever is wrong with it. */
export function proves(proof: string, secretHash: string): boolean {
  const [given, expected] = [Buffer.from(proof), Buffer.from(proofOf(secretHash))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const proofOf = (secretHash: string): string => createHmac('sha256', secretHash).update(PURPOSE).digest('hex');

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
