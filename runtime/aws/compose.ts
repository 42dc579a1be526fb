/** The parts of the service over AWS, for the entry points to put together. Clients find the Region and their role themselves. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { setTimeout as pause } from 'node:timers/promises';
import { systemIds } from '../contract/ids';
import { systemClock } from '../contract/time';
import type { ResourceDeps, WorkspaceArchives } from '../resources/ports';
import { createStore } from '../store/store';
import type { ChangeHints, Store, Waker } from '../store/ports';
import { LEAN_CLIENT } from '../store/table';
import { createLambdaWaker } from './lambda-waker';
import { observe } from './observe';
import { createS3Blobs } from './s3-blobs';
import { createS3Workspaces } from './s3-workspaces';
import { readSetting } from './settings';

/** What needs no permission: clock, ids, hints, and who is told what happens. */
export const surroundings: Pick<ResourceDeps, 'clock' | 'ids' | 'hints' | 'observe'> = {
  clock: systemClock,
  ids: systemIds,
  hints: pollingHints(),
  observe,
};

/** Between functions nobody can tip anybody: whoever waits sleeps, and looks again. */
function pollingHints(): ChangeHints {
  return {
    changed: () => undefined,
    mark: () => 0,
    pace: (ms) => ms,
    wait: (_threadId, ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
  };
}

/** The store of the stack. */
export function openStore(): Store {
  return createStore({
    client: new DynamoDBClient(LEAN_CLIENT),
    tables: { sessions: readSetting('sessionsTable'), control: readSetting('controlTable') },
    blobs: createS3Blobs(new S3Client({}), readSetting('blobBucket')),
  });
}

/** Where sandboxes keep their files. */
export const openWorkspaces = (): WorkspaceArchives => createS3Workspaces({}, readSetting('blobBucket'));

/** Wakes threads in the version of their session. */
export function openWaker(store: Store): Waker {
  return createLambdaWaker({
    client: new LambdaClient({}),
    functionName: readSetting('harnessFunction'),
    currentVersion: readSetting('harnessVersion'),
    sessions: store.sessions,
  });
}

/** The same for the harness: what it wakes are threads of its own session, and it cannot know later versions than itself. */
export function openOwnWaker(store: Store): Waker {
  return createLambdaWaker({
    client: new LambdaClient({}),
    functionName: variable('AWS_LAMBDA_FUNCTION_NAME'),
    currentVersion: variable('AWS_LAMBDA_FUNCTION_VERSION'),
    sessions: store.sessions,
  });
}

/** One of the variables that Lambda itself sets. */
function variable(name: 'AWS_LAMBDA_FUNCTION_NAME' | 'AWS_LAMBDA_FUNCTION_VERSION'): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this does not run in Lambda`);
  return value;
}
