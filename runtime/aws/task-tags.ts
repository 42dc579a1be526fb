/** What the tags of a task say of it: for the bill, and for whoever finds the task later. */
import type { Tag } from '@aws-sdk/client-ecs';
import { hashOfSecret } from '../resources/keys';
import type { GoneWorker } from '../resources/ports';
import type { WorkRecord } from '../store/work-ports';
import type { SessionRecord } from '../store/records';

const TAGS = {
  session: 'managed-agents:session',
  workspace: 'managed-agents:workspace',
  agent: 'managed-agents:agent',
  environment: 'managed-agents:environment',
  work: 'managed-agents:work',
  /** The hash of the claim that the task was started with: the item's next task has another. */
  claim: 'managed-agents:claim',
  /** There for a task that has no way out but the egress gateway. */
  egress: 'managed-agents:egress',
  /** The hash of the ticket with which a sandbox of the warm pool asks for work. */
  warm: 'managed-agents:warm',
} as const;

/** The tags of a task of the warm pool. Whose it becomes stands in the pool. */
export const warmTagsOf = (ticketHash: string): Tag[] => [{ key: TAGS.warm, value: ticketHash }];

/** The name of a task of the warm pool. */
export const warmNameOf = (tags: readonly Tag[] = []): string | undefined => valueOf(tags, TAGS.warm);

/** The tags of a task that is started for a work item. */
export function tagsOf(work: WorkRecord, session: SessionRecord, claim: string, byGateway = false): Tag[] {
  return [
    { key: TAGS.session, value: session.id },
    { key: TAGS.workspace, value: session.workspace },
    { key: TAGS.agent, value: session.agent.id },
    { key: TAGS.environment, value: work.environmentId },
    { key: TAGS.work, value: work.id },
    { key: TAGS.claim, value: hashOfSecret(claim) },
    ...(byGateway ? [{ key: TAGS.egress, value: 'gateway' }] : []),
  ];
}

/** The workspace of a task's session. Undefined for a task of somebody else. */
export const workspaceOf = (tags: readonly Tag[] = []): string | undefined => valueOf(tags, TAGS.workspace);

/** Whether a task has no way out but the egress gateway. */
export const needsGateway = (tags: readonly Tag[] = []): boolean => valueOf(tags, TAGS.egress) !== undefined;

/** The worker that a task is. Undefined for a task of somebody else. */
export function workerOf(tags: readonly Tag[] = []): GoneWorker | undefined {
  const workspace = workspaceOf(tags);
  const environmentId = valueOf(tags, TAGS.environment);
  const id = valueOf(tags, TAGS.work);
  const sessionTokenHash = valueOf(tags, TAGS.claim);
  if (workspace === undefined || environmentId === undefined || id === undefined || sessionTokenHash === undefined) {
    return undefined;
  }
  return { workspace, environmentId, id, sessionTokenHash };
}

function valueOf(tags: readonly Tag[], name: string): string | undefined {
  return tags.find(({ key }) => key === name)?.value;
}
