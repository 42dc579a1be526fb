import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { removeUnusedRevisions } from '../../runtime/aws/revision-janitor';
import { startAwsServer, type AwsServer } from './aws-server';

let versions: object[] = [];
let revisions: Record<string, string[]> = {};
let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer(({ target, path, body }) => {
    if (path.includes('/versions')) {
      // Two pages.
      const second = path.includes('Marker=');
      return { body: second ? { Versions: versions.slice(1) } : { Versions: versions.slice(0, 1), NextMarker: 'm' } };
    }
    const { familyPrefix, nextToken } = JSON.parse(body) as { familyPrefix?: string; nextToken?: string };
    if (target !== 'ListTaskDefinitions') return { body: {} };
    const all = revisions[familyPrefix ?? ''] ?? [];
    return {
      body: nextToken ? { taskDefinitionArns: all.slice(4) } : { taskDefinitionArns: all.slice(0, 4), nextToken: 'n' },
    };
  });
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.calls.length = 0;
  revisions = {
    box: ['box:7', 'box:6', 'box:5', 'box:4', 'box:3', 'box:2', 'box:1'],
    system: ['system:2', 'system:1'],
  };
});

const version = (number: string, task: string) => ({
  Version: number,
  Environment: { Variables: { SANDBOX_TASK_DEFINITION: task, SANDBOX_SYSTEM_TASK_DEFINITION: 'system:1' } },
});
const sweepRevisions = () =>
  removeUnusedRevisions({
    lambda: new LambdaClient(aws.config),
    ecs: new ECSClient(aws.config),
    functionName: 'harness',
    families: ['box', 'system'],
  });

describe('the janitor of task definitions', () => {
  test('removes revisions that no version of the harness names, and never one of the newest', async () => {
    versions = [version('$LATEST', 'box:6'), version('9', 'box:6'), version('4', 'box:3'), { Version: '1' }];
    expect(await sweepRevisions()).toEqual(['box:4', 'box:2', 'box:1']);
    const deregistered = aws.calls
      .filter(({ target }) => target === 'DeregisterTaskDefinition')
      .map(({ body }) => body);
    expect(deregistered.map((body) => JSON.parse(body) as object)).toEqual([
      { taskDefinition: 'box:4' },
      { taskDefinition: 'box:2' },
      { taskDefinition: 'box:1' },
    ]);
  });

  test('removes nothing where it cannot be read what a version needs', async () => {
    versions = [version('$LATEST', 'box:7'), { Version: '3', Environment: { Error: { ErrorCode: 'AccessDenied' } } }];
    await expect(sweepRevisions()).rejects.toThrow('version 3');
    expect(aws.calls.every(({ target }) => target !== 'DeregisterTaskDefinition')).toBe(true);
  });
});
