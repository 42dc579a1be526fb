import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { bedrockStatements, checkedBedrockModels } from './bedrock-models';
import { acknowledgeGrant } from './acknowledge';
import type { EntryPoint } from './lambda-function';
import { ModelKey, type IModelKey } from './model-key';

/** What a way to the model brings to the function that takes it. */
export interface ModelBinding {
  /** The bundle that has the client for it. */
  readonly entryPoint: EntryPoint;
  /** The variables that lead the function there. */
  readonly environment: Readonly<Record<string, string>>;
  /** The secret with the key, where one is needed. */
  readonly key?: IModelKey;
  /** Asking the model, and nothing else. */
  grantAsk(grantee: iam.IGrantable): void;
}

export interface AnthropicApiOptions {
  /**
   * An endpoint that speaks the Messages API.
   *
   * @default - the model API's own address
   */
  readonly baseUrl?: string;

  /**
   * A secret that holds the key as its whole text.
   *
   * @default - a new, empty one; `managed-agents model-key --stack` fills it
   */
  readonly key?: secretsmanager.ISecret;
}

export interface BedrockOptions {
  /**
   * The models that agents may name, to what Bedrock calls them: the id of an inference profile
   * (`global.anthropic.claude-opus-5-5`) or of a model (`anthropic.claude-...`), or the ARN of either.
   */
  readonly models: Readonly<Record<string, string>>;

  /**
   * Where Bedrock is asked.
   *
   * @default - the Region of the stack
   */
  readonly region?: string;
}

export interface ClaudePlatformOptions {
  /** The id of the workspace (`wrkspc_...`). */
  readonly workspaceId: string;

  /**
   * The Region that the workspace belongs to.
   *
   * @default - the Region of the stack
   */
  readonly region?: string;
}

/** Who serves the model. */
export abstract class ModelProvider {
  /** The Anthropic API, or any endpoint that speaks as it does. It takes a key. */
  static anthropicApi(options: AnthropicApiOptions = {}): ModelProvider {
    return new AnthropicApi(options);
  }

  /**
   * Claude on Amazon Bedrock, by the function's own role: there is no key. Models and profiles must be open to the account. The
   * tools that the model API runs itself (`web_search`, `web_fetch`) and fast mode do not exist there.
   */
  static bedrock(options: BedrockOptions): ModelProvider {
    return new Bedrock(options);
  }

  /** Claude Platform on AWS: all that the Anthropic API can, by the function's own role, without a key. */
  static claudePlatform(options: ClaudePlatformOptions): ModelProvider {
    return new ClaudePlatform(options);
  }

  /** The ids of the models that there are, where they are known. */
  readonly models?: readonly string[];

  /** What it takes in a stack. @param encryptionKey for a secret that is made */
  abstract bind(scope: Construct, encryptionKey?: kms.IKey): ModelBinding;
}

class AnthropicApi extends ModelProvider {
  constructor(private readonly options: AnthropicApiOptions) {
    super();
    const { baseUrl } = options;
    if (baseUrl !== undefined && !Token.isUnresolved(baseUrl) && !/^https?:\/\/[^/]/.test(baseUrl)) {
      throw new Error(
        `baseUrl: "${baseUrl}" is no address. Give it with its scheme, such as https://models.example.com`,
      );
    }
  }

  bind(scope: Construct, encryptionKey?: kms.IKey): ModelBinding {
    const { baseUrl } = this.options;
    const key = this.options.key
      ? ModelKey.fromSecret(scope, 'ModelKey', this.options.key)
      : new ModelKey(scope, 'ModelKey', { encryptionKey });
    return {
      entryPoint: 'harness',
      environment: {
        ...key.functionEnvironment,
        ...(baseUrl === undefined ? {} : { [SETTINGS.modelBaseUrl]: baseUrl }),
      },
      key,
      grantAsk: (grantee) => void key.grantRead(grantee),
    };
  }
}

class Bedrock extends ModelProvider {
  override readonly models: readonly string[];

  constructor(private readonly options: BedrockOptions) {
    super();
    this.models = Object.keys(checkedBedrockModels(options.models));
  }

  bind(scope: Construct): ModelBinding {
    const region = this.options.region ?? Stack.of(scope).region;
    return {
      entryPoint: 'harness-bedrock',
      environment: {
        [SETTINGS.modelRegion]: region,
        [SETTINGS.bedrockModels]: Stack.of(scope).toJsonString(this.options.models),
      },
      grantAsk: (grantee) => {
        for (const statement of bedrockStatements(scope, region, Object.values(this.options.models))) {
          grantee.grantPrincipal.addToPrincipalPolicy(statement);
          for (const resource of statement.resources) {
            if (resource.includes('*')) acknowledgeGrant(grantee, resource, EVERY_REGION);
          }
        }
      },
    };
  }
}

const EVERY_REGION =
  'An inference profile runs its model in whichever of its Regions has room; a condition keeps this to the profile';

class ClaudePlatform extends ModelProvider {
  constructor(private readonly options: ClaudePlatformOptions) {
    super();
    const { workspaceId } = options;
    if (!Token.isUnresolved(workspaceId) && !/^wrkspc_\w+$/.test(workspaceId)) {
      throw new Error(
        `workspaceId: "${workspaceId}" is none. It begins with wrkspc_; the console of the platform shows it`,
      );
    }
  }

  bind(scope: Construct): ModelBinding {
    const { workspaceId, region = Stack.of(scope).region } = this.options;
    const workspaceArn = Stack.of(scope).formatArn({
      service: 'aws-external-anthropic',
      region,
      resource: 'workspace',
      resourceName: workspaceId,
    });
    return {
      entryPoint: 'harness-claude-platform',
      environment: { [SETTINGS.modelRegion]: region, [SETTINGS.modelWorkspace]: workspaceId },
      grantAsk: (grantee) => {
        iam.Grant.addToPrincipal({
          grantee,
          actions: ['aws-external-anthropic:CreateInference'],
          resourceArns: [workspaceArn],
        });
      },
    };
  }
}
