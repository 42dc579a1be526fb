/**
 * Writes into docs/security.md who may do what, as it stands in the template; `--check` fails where the page says otherwise.
 *
 *     npm run permissions
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdkJson from '../../cdk.json';
import { stackFromContext } from '../../lib/app-context';

const PAGE = join(__dirname, '..', '..', 'docs', 'security.md');
const BEGIN = '<!-- permissions: written by `npm run permissions` -->';
const END = '<!-- end of permissions -->';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Policy {
  readonly Properties: {
    readonly PolicyDocument: { readonly Statement: Statement[] };
    readonly Roles: Array<{ readonly Ref: string }>;
  };
}

interface Role {
  readonly Properties: { readonly Description?: string };
}

/** The page's table: a row for each role and kind of resource. */
function permissionsTable(): string {
  const app = new App({ context: cdkJson.context, builtinCloudFormationValidation: false });
  const template = Template.fromStack(stackFromContext(app));
  const roles = template.findResources('AWS::IAM::Role') as Record<string, Role>;
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Policy[];
  const lines = ['| Who | May | On |', '| --- | --- | --- |'];
  for (const [id, { Properties }] of Object.entries(roles).toSorted(([a], [b]) => a.localeCompare(b))) {
    const statements = policies
      .filter(({ Properties: policy }) => policy.Roles.some(({ Ref }) => Ref === id))
      .flatMap(({ Properties: policy }) => policy.PolicyDocument.Statement);
    const rows = new Map<string, string[]>();
    for (const { Action, Resource, Condition } of statements) {
      const where =
        [Resource]
          .flat()
          .map((each) => `\`${resourceName(each)}\``)
          .join(', ') + conditionOn(Condition);
      rows.set(where, [...(rows.get(where) ?? []), ...[Action].flat()]);
    }
    const who = `**${nameOf(id)}**: ${Properties.Description ?? ''}`;
    let first = true;
    for (const [where, actions] of rows) {
      lines.push(`| ${first ? who : ''} | ${actions.map((action) => `\`${action}\``).join(', ')} | ${where} |`);
      first = false;
    }
  }
  return lines.join('\n');
}

/** What narrows the statement: the items of a table by name, other things by the word alone. */
function conditionOn(condition: Statement['Condition']): string {
  if (!condition) return '';
  const partitions = condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  if (partitions === undefined) return ' (conditional)';
  return ` (items ${[partitions]
    .flat()
    .map((each) => `\`${String(each)}\``)
    .join(', ')})`;
}

/** A logical id without the stack's name for the construct and the hash at its end. */
const nameOf = (id: string): string =>
  id
    .replace(/^Agents/, '')
    .replace(/[0-9A-F]{8}$/, '')
    .replace(/Role$/, '');

/** A resource in the template as a person says it: `StoreSessions/index/due`, `HarnessFunction:*`. */
function resourceName(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join_, 'Fn::Sub': sub } = value as Record<string, never>;
  if (Ref !== undefined) return nameOf(String(Ref));
  if (attribute !== undefined) return nameOf(String(attribute[0]));
  if (sub !== undefined) return String(sub);
  if (join_ === undefined) return JSON.stringify(value);
  const text = (join_[1] as unknown[]).map(resourceName).join('');
  // The name of an asset is the hash of its content: it changes with every build, and says nothing.
  const named = text.replace(/[0-9a-f]{64}(?=\.zip)/, '<asset>');
  return named.replace(/^arn:AWS::Partition:(\w+):(AWS::Region)?:(AWS::AccountId)?:/, '$1 ');
}

const page = readFileSync(PAGE, 'utf8');
const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
const written = `${page.slice(0, before)}\n\n${permissionsTable()}\n\n${page.slice(after)}`;
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, written);
} else if (compact(written) !== compact(page)) {
  console.error('docs/security.md does not say who may do what in the template. Run `npm run permissions`.');
  process.exitCode = 1;
}

/** Without what a formatter may change: the width of a table's columns. */
function compact(text: string): string {
  return text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}
