/**
 * The keys of a deployment, behind a function: who may invoke it makes, lists and revokes keys, and needs no right to the tables,
 * in which everything else stands as well.
 */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { ApiError } from '../contract/errors';
import { readKeyCommand, runKeyCommand, type KeyAnswer, type KeyCommand } from '../resources/key-commands';
import type { Keys } from '../resources/keys';
import type { Log } from '../telemetry/log';

/** The answer of the function, or why there is none. */
export type KeyReply = KeyAnswer | { readonly refused: string };

/** What the function does. Each command leaves a line in its log: which keys, and never a key itself. */
export const serveKeys =
  (keys: Keys, log: Log) =>
  async (event: unknown): Promise<KeyReply> => {
    try {
      const command = readKeyCommand(event);
      const answer = await runKeyCommand(keys, command);
      const keyIds = command.type === 'revoke' ? [command.keyId] : answer.keys.map(({ id }) => id);
      if (command.type !== 'list') {
        const fields = { command: command.type, key_ids: keyIds.join(' ') };
        log({ level: 'info', message: 'keys were changed', fields });
      }
      return answer;
    } catch (error) {
      if (error instanceof ApiError) return { refused: error.message };
      throw error;
    }
  };

/**
 * Asks the function.
 *
 * @throws Error with the function's words when it refuses, and with where to look when it fails.
 */
export async function askKeys(client: LambdaClient, functionName: string, command: KeyCommand): Promise<KeyAnswer> {
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(command)) }),
  );
  if (FunctionError) throw new Error(`The function ${functionName} failed. Its log says why`);
  const reply = JSON.parse(Buffer.from(Payload ?? []).toString()) as KeyReply;
  if ('refused' in reply) throw new Error(reply.refused);
  return reply;
}
