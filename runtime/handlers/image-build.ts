import { setTimeout as pause } from 'node:timers/promises';
import { BatchGetBuildsCommand, CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { answerCloudFormation, type CustomResourceEvent } from '../aws/custom-resource';

const codebuild = new CodeBuildClient({});
const LOOK_EVERY_MS = 5_000;

/** Builds the sandbox image when the stack is deployed, and tells CloudFormation when it is in the repository. */
export const handler = (event: CustomResourceEvent): Promise<void> =>
  answerCloudFormation(event, async ({ RequestType, RequestId, ResourceProperties }) => {
    if (RequestType === 'Delete') return;
    const { project, tag = '' } = ResourceProperties;
    const { build } = await codebuild.send(
      new StartBuildCommand({
        projectName: project,
        // CloudFormation may ask twice.
        idempotencyToken: RequestId,
        environmentVariablesOverride: [{ name: 'TAG', value: tag, type: 'PLAINTEXT' }],
      }),
    );
    if (!build?.id) throw new Error('CodeBuild started no build');
    await finished(build.id);
  });

/** The project's own time limit bounds the wait. */
async function finished(id: string): Promise<void> {
  for (;;) {
    await pause(LOOK_EVERY_MS);
    const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
    const status = builds?.[0]?.buildStatus;
    if (status === 'SUCCEEDED') return;
    if (status !== 'IN_PROGRESS') {
      throw new Error(`The build of the sandbox image ended as ${status}; its log: ${builds?.[0]?.logs?.deepLink}`);
    }
  }
}
