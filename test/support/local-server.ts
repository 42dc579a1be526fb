import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { askServer } from '../../runtime/local/admin-socket';
import { DataDirectory } from '../../runtime/local/data-directory';
import type { KeyCommand } from '../../runtime/resources/key-commands';
import type { Respond } from '../../runtime/local/offline-model/plan';
import { startModelServer } from '../../runtime/local/offline-model/server';
import { startLocal } from '../../runtime/local/start';

/** The whole system for a test, on a free port with data of its own, and the official client for it. */
export interface LocalServer {
  readonly client: Anthropic;
  readonly baseURL: string;
  readonly dataDirectory: string;
  /** What the system said behind the scenes. */
  readonly log: readonly string[];
  /** The official client with another credential. */
  clientWith(key: string): Anthropic;
  /** Makes a key, as the command line does. */
  makeKey(command: KeyCommand): Promise<string>;
  close(): Promise<void>;
}

/** Starts it, with a model that answers as `respond` says. */
export async function startLocalServer(
  respond: Respond,
  {
    privateHosts = [],
    modelKey = 'scripted',
  }: { readonly privateHosts?: readonly string[]; readonly modelKey?: string } = {},
): Promise<LocalServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'managed-agents-'));
  const model = await startModelServer({ respond });
  const log: string[] = [];
  const system = await startLocal({
    dataDirectory,
    port: 0,
    model: { type: 'messages_api', baseUrl: model.url, apiKey: modelKey },
    privateHosts,
    log: (line) => log.push(line),
  });
  const { base_url: baseURL, api_key } = system.connection;
  const clientWith = (apiKey: string): Anthropic => new Anthropic({ baseURL, apiKey });
  return {
    client: clientWith(api_key),
    baseURL,
    dataDirectory,
    log,
    clientWith,
    async makeKey(command) {
      const answer = await askServer(new DataDirectory(dataDirectory).adminSocket ?? '', command);
      if (answer?.secret === undefined) throw new Error('no key was made');
      return answer.secret;
    },
    async close() {
      await system.close();
      await model.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
