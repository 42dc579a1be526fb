import { parseArgs } from 'node:util';
import { systemIds } from '../runtime/contract/ids';
import { systemClock, toTimestamp } from '../runtime/contract/time';
import { askServer } from '../runtime/local/admin-socket';
import { DataDirectory } from '../runtime/local/data-directory';
import { DEFAULT_WORKSPACE } from '../runtime/local/local-api-key';
import { openStore } from '../runtime/local/open-store';
import { runKeyCommand, type KeyAnswer, type KeyCommand } from '../runtime/resources/key-commands';
import { Keys } from '../runtime/resources/keys';
import type { KeyRecord } from '../runtime/store/ports';
import { askDeployment } from './deployed-keys';
import { DEFAULT_DATA, KEYS_HELP, UsageError } from './usage';

type Kind = 'api_key' | 'environment_key';

/** `keys ...` and `environment-keys ...`. */
export async function keysCommand(kind: Kind, args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      stack: { type: 'string' },
      region: { type: 'string' },
      workspace: { type: 'string', default: DEFAULT_WORKSPACE },
      name: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || positionals.length === 0) {
    console.log(KEYS_HELP);
    return;
  }
  const command = readCommand(kind, positionals, values.workspace, values.name ?? null);
  report(command, await perform(values, command));
}

/** Whose keys are meant: those of a deployment, or those of this machine. */
interface Place {
  readonly stack?: string | undefined;
  readonly region?: string | undefined;
  readonly data?: string | undefined;
}

async function perform({ stack, region, data }: Place, command: KeyCommand): Promise<KeyAnswer> {
  if (stack !== undefined) {
    if (data !== undefined) throw new UsageError('Say --stack for a deployment or --data for this machine, not both.');
    return askDeployment({ stack, region }, command);
  }
  if (region !== undefined) throw new UsageError('A region has stacks: say which, with --stack.');
  return performHere(new DataDirectory(data ?? DEFAULT_DATA), command);
}

function readCommand(kind: Kind, [verb = '', ...rest]: string[], workspace: string, name: string | null): KeyCommand {
  const [id, ...tooMuch] = rest;
  const wantsId = verb === 'revoke' || (verb === 'create' && kind === 'environment_key');
  if (tooMuch.length > 0 || (!wantsId && id !== undefined)) throw new UsageError(`Too many words: ${rest.join(' ')}`);
  if (wantsId && id === undefined) {
    throw new UsageError(verb === 'revoke' ? 'Say which key: its id.' : 'Say for which environment: its id.');
  }
  switch (verb) {
    case 'create':
      if (kind === 'api_key') return { type: 'create_api_key', workspace, name };
      return { type: 'create_environment_key', workspace, environmentId: id ?? '', name };
    case 'list':
      return { type: 'list', kind };
    case 'revoke':
      return { type: 'revoke', keyId: id ?? '' };
    default:
      throw new UsageError(`Keys can be created, listed and revoked, not "${verb}".`);
  }
}

/** Through the running server, which has the data open; directly where none runs. */
async function performHere(directory: DataDirectory, command: KeyCommand): Promise<KeyAnswer> {
  const socket = directory.adminSocket;
  const answer = socket === undefined ? undefined : await askServer(socket, command);
  if (answer) return answer;
  const { store, close } = await openStore(directory);
  try {
    return await runKeyCommand(new Keys({ store, clock: systemClock, ids: systemIds }), command);
  } finally {
    await close();
  }
}

/** A new key alone goes to standard output, so that a script can take it from there. */
function report(command: KeyCommand, { keys, secret }: KeyAnswer): void {
  if (secret !== undefined) {
    const [record] = keys;
    console.error(`${record?.id} in workspace ${record?.principal.workspace}. Keep it: it is not shown again.`);
    console.log(secret);
  } else if (command.type === 'revoke') {
    console.log(`Revoked ${command.keyId}.`);
  } else if (keys.length === 0) {
    console.log('No keys.');
  } else {
    for (const record of keys) console.log(describe(record));
  }
}

function describe({ id, principal, name, hint, createdAt, expiresAt, revokedAt }: KeyRecord): string {
  return [
    id,
    principal.workspace,
    ...(principal.kind === 'environment_key' ? [principal.environmentId] : []),
    `…${hint}`,
    `created ${toTimestamp(createdAt)}`,
    ...(expiresAt === null ? [] : [`expires ${toTimestamp(expiresAt)}`]),
    ...(revokedAt === null ? [] : [`revoked ${toTimestamp(revokedAt)}`]),
    ...(name === null ? [] : [JSON.stringify(name)]),
  ].join('  ');
}
