import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { read, write } from '../vault/document';
import type { Broker, VaultKeeper } from '../vault/ports';
import { Secret } from '../vault/secret';

/** A call over the boundary, as the function gets it. Secrets in it are written out: it exists between the two functions alone. */
export interface VaultCall {
  readonly operation: string;
  readonly args: readonly unknown[];
}

export interface RemoteVaultOptions {
  readonly client: LambdaClient;
  /** The name of the function behind which the secrets are. */
  readonly functionName: string;
}

const KEEPER = [
  'keep',
  'change',
  'forget',
  'tidy',
  'close',
  'validate',
] as const satisfies readonly (keyof VaultKeeper)[];
const BROKER = [
  'bearerFor',
  'placeholdersOf',
  'substitutionsFor',
  'repositoriesFor',
  'unreachableOf',
] as const satisfies readonly (keyof Broker)[];

/** The keeper in a function of its own: who may invoke it can put secrets in, and gets none out. */
export function createRemoteKeeper(options: RemoteVaultOptions): VaultKeeper {
  const call = callerOf(options);
  return {
    keep: (...args) => call('keep', args),
    change: (...args) => call('change', args),
    forget: (...args) => call('forget', args),
    tidy: (...args) => call('tidy', args),
    close: (...args) => call('close', args),
    validate: (...args) => call('validate', args),
  };
}

/** The broker in a function of its own: who may invoke it gets what the vaults of a session allow. */
export function createRemoteBroker(options: RemoteVaultOptions): Broker {
  const call = callerOf(options);
  return {
    bearerFor: (...args) => call('bearerFor', args),
    placeholdersOf: (...args) => call('placeholdersOf', args),
    substitutionsFor: (...args) => call('substitutionsFor', args),
    repositoriesFor: (...args) => call('repositoriesFor', args),
    unreachableOf: (...args) => call('unreachableOf', args),
  };
}

/** What the keeper's function does. */
export const serveKeeper = (keeper: VaultKeeper) => serve(KEEPER, keeper);
/** What the broker's function does. */
export const serveBroker = (broker: Broker) => serve(BROKER, broker);

function callerOf({ client, functionName }: RemoteVaultOptions) {
  return async <T>(operation: string, args: readonly unknown[]): Promise<T> => {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        Payload: Buffer.from(write({ operation, args } satisfies VaultCall).reveal()),
      }),
    );
    // What went wrong stands in the function's own log.
    if (FunctionError) throw new Error(`The vault failed to ${operation}`);
    const { result } = read<{ readonly result: T }>(new Secret(Buffer.from(Payload ?? []).toString()));
    return result;
  };
}

function serve<O extends string>(operations: readonly O[], target: Readonly<Record<O, (...args: never[]) => unknown>>) {
  return async (event: VaultCall): Promise<object> => {
    const { operation, args } = read<VaultCall>(new Secret(JSON.stringify(event)));
    const known = operations.find((name) => name === operation);
    if (known === undefined) throw new Error('This function does no such thing');
    const result: unknown = await target[known](...(args as never[]));
    return JSON.parse(write({ result }).reveal()) as object;
  };
}
