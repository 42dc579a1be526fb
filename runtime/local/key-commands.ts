import type { KeyRecord } from '../store/ports';
import type { Keys } from '../resources/keys';

/** What the command line may ask about keys. As JSON, it is also what travels to a running server. */
export type KeyCommand =
  | { readonly type: 'create_api_key'; readonly workspace: string; readonly name: string | null }
  | {
      readonly type: 'create_environment_key';
      readonly workspace: string;
      readonly environmentId: string;
      readonly name: string | null;
    }
  | { readonly type: 'list'; readonly kind: 'api_key' | 'environment_key' }
  | { readonly type: 'revoke'; readonly keyId: string };

/** The keys that the command was about; `secret` only of a key just made. */
export interface KeyAnswer {
  readonly keys: readonly KeyRecord[];
  readonly secret?: string;
}

/** Does what is asked. @throws ApiError when it cannot be done. */
export async function runKeyCommand(keys: Keys, command: KeyCommand): Promise<KeyAnswer> {
  switch (command.type) {
    case 'create_api_key': {
      const { record, secret } = await keys.createApiKey(command.workspace, command.name);
      return { keys: [record], secret };
    }
    case 'create_environment_key': {
      const { record, secret } = await keys.createEnvironmentKey(
        command.workspace,
        command.environmentId,
        command.name,
      );
      return { keys: [record], secret };
    }
    case 'list':
      return { keys: await keys.list(command.kind) };
    case 'revoke':
      await keys.revoke(command.keyId);
      return { keys: [] };
  }
}
