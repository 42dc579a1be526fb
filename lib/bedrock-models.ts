import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

const ASK = ['bedrock:InvokeModelWithResponseStream'];
/** What Bedrock calls a model: `anthropic.` and the rest; a profile over it has the name of a group of Regions in front. */
const MODEL = /^anthropic\.[\w.:-]+$/;
const PROFILE = /^[a-z][a-z-]*\.(anthropic\.[\w.:-]+)$/;
const MODEL_ARN = /^arn:[\w-]+:bedrock:[\w-]*::foundation-model\/[\w.:-]+$/;
const PROFILE_ARN = /^arn:[\w-]+:bedrock:[\w-]+:\d*:inference-profile\/[a-z][a-z-]*\.(anthropic\.[\w.:-]+)$/;
const APPLICATION_PROFILE_ARN = /^arn:[\w-]+:bedrock:[\w-]+:\d*:application-inference-profile\/\w+$/;
/** Which model an application's profile is over cannot be read from its name. */
const ANY_CLAUDE = 'anthropic.*';

const KINDS = [MODEL, PROFILE, MODEL_ARN, PROFILE_ARN, APPLICATION_PROFILE_ARN];

/** @throws when there is none, or one whose name on Bedrock means nothing. */
export function checkedBedrockModels(models: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(models);
  if (entries.length === 0) {
    throw new Error('models: name at least one, such as { "claude-opus-5-5": "global.anthropic.claude-opus-5-5" }');
  }
  for (const [id, target] of entries) {
    if (Token.isUnresolved(target) || KINDS.some((kind) => kind.test(target))) continue;
    throw new Error(
      `models: "${target}", for ${id}, is no model on Bedrock. Give the id of an inference profile such as` +
        ` global.anthropic.${id}, of a model such as anthropic.${id}, or the ARN of either`,
    );
  }
  return models;
}

/**
 * Asking the models and nothing else. Who asks a profile also needs the right to its model in each Region that the profile
 * covers; the condition makes that good for the profile alone.
 */
export function bedrockStatements(
  scope: IConstruct,
  region: string,
  targets: readonly string[],
): readonly iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const named = [...new Set(targets)].map((target) => resourcesOf(stack, region, target));
  const profiles = named.filter(({ model }) => model !== undefined);
  return [
    new iam.PolicyStatement({ actions: ASK, resources: named.map(({ arn }) => arn) }),
    ...profiles.map(
      ({ arn, model }) =>
        new iam.PolicyStatement({
          actions: ASK,
          resources: [`arn:${stack.partition}:bedrock:*::foundation-model/${model}`],
          conditions: { StringEquals: { 'bedrock:InferenceProfileArn': arn } },
        }),
    ),
  ];
}

/** The ARN of a target, and for a profile the model that it is over. */
function resourcesOf(stack: Stack, region: string, target: string): { readonly arn: string; readonly model?: string } {
  const arnOf = (account: string, resource: string): string =>
    `arn:${stack.partition}:bedrock:${region}:${account}:${resource}/${target}`;
  if (MODEL.test(target)) return { arn: arnOf('', 'foundation-model') };
  if (MODEL_ARN.test(target)) return { arn: target };
  const profile = PROFILE.exec(target);
  if (profile) return { arn: arnOf(stack.account, 'inference-profile'), model: profile[1] };
  return { arn: target, model: PROFILE_ARN.exec(target)?.[1] ?? ANY_CLAUDE };
}
