/** Where the parts of the deployment test are, on disk and in the network. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..', '..', '..');

/** What takes minutes to get and does not change: the emulator, the base image and the container storage. */
export const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'managed-agents-deploy');

/**
 * The address of everything that containers must reach. It belongs to the loopback interface of a network namespace that has
 * nothing else, so nothing outside this test can reach it. An IP address, because S3 clients then put the bucket into the path.
 */
export const ADDRESS = '192.0.2.1';
export const EMULATOR_PORT = 4566;
export const EMULATOR_URL = `http://${ADDRESS}:${EMULATOR_PORT}`;

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** What every client of the emulator needs. The emulator takes any credentials. */
export const AWS_VARIABLES: Readonly<Record<string, string>> = {
  AWS_ENDPOINT_URL: EMULATOR_URL,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
};
