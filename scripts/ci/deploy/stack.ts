/** The stack, deployed by the CDK's own command line as a user would. */
import { readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { join } from 'node:path';
import { EMULATOR_CONTEXT } from '../../../lib/emulator';
import { run } from './commands';
import { ACCOUNT, AWS_VARIABLES, EMULATOR_URL, REGION, ROOT } from './places';

export const STACK = 'ManagedAgents';

/** What the stack tells whoever deployed it. */
export interface StackOutputs {
  readonly url: string;
  readonly apiKeySecret: string;
}

export class Stack {
  /** @param scratch where the CDK puts what it synthesizes, and what it remembers. */
  constructor(
    private readonly scratch: string,
    private readonly modelBaseUrl: string,
  ) {}

  bootstrap(): void {
    this.cdk(ROOT, 'bootstrap', `aws://${ACCOUNT}/${REGION}`);
  }

  /** @param release the directory that is deployed. */
  deploy(release: string): StackOutputs {
    const file = join(this.scratch, 'outputs.json');
    this.cdk(release, 'deploy', '--require-approval', 'never', '--outputs-file', file);
    const outputs = Object.entries(
      (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>)[STACK] ?? {},
    );
    const output = (name: string): string => {
      const found = outputs.find(([key]) => key.startsWith(`Agents${name}`));
      if (!found) throw new Error(`The stack has no output ${name}, but ${outputs.map(([key]) => key).join(', ')}`);
      return found[1];
    };
    return {
      url: output('Url'),
      apiKeySecret: output('ApiKeySecret'),
    };
  }

  destroy(): void {
    this.cdk(ROOT, 'destroy', '--force');
  }

  private cdk(directory: string, command: string, ...args: string[]): void {
    const context = {
      [EMULATOR_CONTEXT]: EMULATOR_URL,
      modelBaseUrl: this.modelBaseUrl,
      removalPolicy: 'destroy',
      // Less than an emulated stream lasts: the official worker counts its idle time anew with each.
      sandboxIdleMinutes: '0.1',
      warmPool: '1',
      sandboxArchitecture: arch === 'arm64' ? 'arm64' : 'x86_64',
    };
    const flags = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
    run('npx', ['cdk', command, ...args, ...flags, '--no-notices', '--output', join(this.scratch, 'cdk.out')], {
      cwd: directory,
      env: { ...AWS_VARIABLES, CDK_DISABLE_CLI_TELEMETRY: 'true', HOME: this.scratch },
    });
  }
}
