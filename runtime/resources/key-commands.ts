import { invalid } from '../contract/errors';
import type { KeyRecord } from '../store/ports';
import type { Keys } from './keys';

type ListedKind = 'api_key' | 'environment_key';

/** What the command line may ask about keys. As JSON, it is also what travels to a running server or a deployment. */
export type KeyCommand =
  | { readonly type: 'create_api_key'; readonly workspace: string; readonly name: string | null }
  | {
      readonly type: 'create_environment_key';
      readonly workspace: string;
      readonly environmentId: string;
      readonly name: string | null;
    }
  | { readonly type: 'list'; readonly kind: ListedKind }
  | { readonly type: 'revoke'; readonly keyId: string };

/** The keys that the command was about; `secret` only of a key just made. */
export interface KeyAnswer {
  readonly keys: readonly KeyRecord[];
  readonly secret?: string;
}

/** A command that came over a wire. @throws ApiError 400 when it is none. */
export function readKeyCommand(value: unknown): KeyCommand {
  const given = Object(value) as Readonly<Record<string, unknown>>;
  const text = (field: string): string => {
    const found = given[field];
    if (typeof found !== 'string') throw invalid(`${field}: must be a string`);
    return found;
  };
  const name = (): string | null => (given.name === undefined || given.name === null ? null : text('name'));
  switch (given.type) {
    case 'create_api_key':
      return { type: given.type, workspace: text('workspace'), name: name() };
    case 'create_environment_key':
      return { type: given.type, workspace: text('workspace'), environmentId: text('environmentId'), name: name() };
    case 'list':
      return { type: given.type, kind: listedKind(text('kind')) };
    case 'revoke':
      return { type: given.type, keyId: text('keyId') };
    default:
      throw invalid('type: must be one of create_api_key, create_environment_key, list, revoke');
  }
}

function listedKind(kind: string): ListedKind {
  if (kind === 'api_key' || kind === 'environment_key') return kind;
  throw invalid('kind: must be one of api_key, environment_key');
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
