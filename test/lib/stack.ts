import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import cdkJson from '../../cdk.json';

const ROOT = join(__dirname, '..', '..');

/** The functions' code is an asset of every template: make it where no build has. */
export function ensureBundles(): void {
  if (existsSync(join(ROOT, 'dist', 'sandbox-image', 'Dockerfile'))) return;
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'bundle-lambdas.mjs')], { stdio: 'ignore' });
}

/** An app as `npx cdk` makes it, but for the check of the whole template, which one test does for all. */
export function newApp(context: Readonly<Record<string, unknown>> = {}, validate = false): App {
  ensureBundles();
  return new App({ context: { ...cdkJson.context, ...context }, builtinCloudFormationValidation: validate });
}

export function newStack(props?: StackProps & { context?: Readonly<Record<string, unknown>> }): Stack {
  return new Stack(newApp(props?.context), 'Test', props);
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

interface Policy {
  readonly Properties: { readonly PolicyDocument: { readonly Statement: Statement[] }; readonly Roles: unknown };
}

/** What the roles whose logical ids contain `role` may do: each action with the text of its resource. */
export function permissions(template: Template, role: string): Array<{ action: string; resource: string }> {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Policy[];
  return policies
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => ({ action, resource: JSON.stringify(Resource) })),
    );
}

/** The actions alone, in order. */
export function actionsOf(template: Template, role: string): string[] {
  return [...new Set(permissions(template, role).map(({ action }) => action))].toSorted();
}
