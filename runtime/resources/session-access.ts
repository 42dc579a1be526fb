import type { Principal } from '../store/ports';
import type { SessionRecord } from '../store/records';

/** Whether a credential reaches a session: an API key all of its workspace, a worker's those it may serve (reference 10). */
export function reaches(principal: Principal, session: SessionRecord): boolean {
  if (principal.workspace !== session.workspace) return false;
  switch (principal.kind) {
    case 'api_key':
      return true;
    case 'environment_key':
      return principal.environmentId === session.environmentId;
    case 'session_token':
      return principal.sessionId === session.id;
    case 'work_claim':
      return false;
  }
}
