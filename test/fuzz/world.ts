/** Two workspaces with something in each, and every kind of credential. */
import Anthropic from '@anthropic-ai/sdk';
import { randomBytes } from 'node:crypto';
import { ID_PREFIXES, type IdKind } from '../../runtime/contract/ids';
import type { KeyCommand } from '../../runtime/resources/key-commands';
import type { Chance } from './chance';
import type { KnownIds } from './values';

/** A running server to be tried. */
export interface Target {
  readonly baseURL: string;
  readonly apiKey: string;
  makeKey(command: KeyCommand): Promise<string>;
}

type Owner = 'ours' | 'theirs';

/** A credential as it is sent, and whose words its answers may hold. */
export interface Credential {
  readonly name: string;
  readonly secret: string | undefined;
  readonly workspace: Owner | undefined;
}

const TOOLS = [{ type: 'agent_toolset_20260401' as const }];

export class World implements KnownIds {
  /** Texts that stand in the objects of one workspace, and may be shown to nobody else. */
  readonly canaries = {
    ours: `canary-${randomBytes(8).toString('hex')}`,
    theirs: `canary-${randomBytes(8).toString('hex')}`,
  };
  readonly credentials: Credential[] = [];
  /** The operations that the server knows and does not serve. */
  readonly unserved = new Set<string>();
  private readonly ids = { ours: new Map<string, string[]>(), theirs: new Map<string, string[]>() };

  private constructor(readonly target: Target) {}

  static async open(target: Target): Promise<World> {
    const world = new World(target);
    const theirKey = await target.makeKey({ type: 'create_api_key', workspace: 'theirs', name: null });
    await world.furnish(theirKey, 'theirs');
    const environmentId = await world.furnish(target.apiKey, 'ours');
    const command = { type: 'create_environment_key', workspace: 'default', environmentId, name: null } as const;
    const environmentKey = await target.makeKey(command);
    const token = await sessionToken(target.baseURL, environmentKey, environmentId);
    world.credentials.push(
      world.ours,
      { name: "another workspace's API key", secret: theirKey, workspace: 'theirs' },
      { name: 'environment key', secret: environmentKey, workspace: 'ours' },
      { name: 'session token', secret: token, workspace: 'ours' },
      { name: 'no credential', secret: undefined, workspace: undefined },
      { name: 'unknown key', secret: `${target.apiKey.slice(0, -4)}AAAA`, workspace: undefined },
    );
    return world;
  }

  /** The credential that may do most. */
  get ours(): Credential {
    return { name: 'API key', secret: this.target.apiKey, workspace: 'ours' };
  }

  /** Objects of every kind; the id of the self-hosted environment. */
  private async furnish(apiKey: string, owner: Owner): Promise<string> {
    const canary = this.canaries[owner];
    const client = new Anthropic({ baseURL: this.target.baseURL, apiKey, logLevel: 'off' });
    const { agents, environments, sessions } = client.beta;
    const metadata = { canary };
    const name = (what: string): string => `${what} ${canary}`;
    const agent = await agents.create({ name: name('agent'), model: 'claude-opus-5', tools: TOOLS, metadata });
    const cloud = await environments.create({ name: name('cloud'), metadata });
    const config = { type: 'self_hosted' as const };
    const selfHosted = await environments.create({ name: name('own'), metadata, config });
    for (const environment of [cloud, selfHosted]) {
      const session = await sessions.create({
        agent: agent.id,
        environment_id: environment.id,
        title: name('session'),
        metadata,
        initial_events: [{ type: 'user.message', content: [{ type: 'text', text: `hello ${canary}` }] }],
      });
      this.learn(JSON.stringify(session), owner);
      this.learn(JSON.stringify(await sessions.threads.list(session.id)), owner);
    }
    this.learn(JSON.stringify([agent, cloud, selfHosted]), owner);
    return selfHosted.id;
  }

  /** Takes note of the ids in an answer. */
  learn(text: string, owner: Owner = 'ours'): void {
    const ids = this.ids[owner];
    for (const [id, prefix = ''] of text.matchAll(/\b([a-z]+)_01[1-9A-HJ-NP-Za-km-z]{22}\b/g)) {
      const known = ids.get(prefix) ?? [];
      ids.set(prefix, known);
      // The first ones are the furniture, and stay.
      if (!known.includes(id) && known.push(id) > 60) known.splice(12, 1);
    }
  }

  idFor(name: string, chance: Chance): string | undefined {
    const prefix = prefixOf(name);
    if (prefix === undefined) return undefined;
    const known = this.ids[chance.happens(0.15) ? 'theirs' : 'ours'].get(prefix) ?? [];
    return known.length === 0 ? `${prefix}_01${'1'.repeat(22)}` : chance.pick(known);
  }
}

/** What a field or a path parameter names, where that is not its own name without `_id`. */
const ALIASES: Readonly<Record<string, IdKind>> = {
  from: 'event',
  tool_use_id: 'event',
  custom_tool_use_id: 'event',
  session_thread_id: 'thread',
};

function prefixOf(name: string): string | undefined {
  const words = name.replace(/_ids?$/, '').replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const kind = ALIASES[name] ?? words;
  return Object.hasOwn(ID_PREFIXES, kind) ? ID_PREFIXES[kind as IdKind] : undefined;
}

/** The token that a worker is handed with its work. */
async function sessionToken(baseURL: string, environmentKey: string, environmentId: string): Promise<string> {
  const client = new Anthropic({ baseURL, authToken: environmentKey, apiKey: null, logLevel: 'off' });
  for (let tries = 0; tries < 20; tries += 1) {
    const work = await client.beta.environments.work.poll(environmentId, { block_ms: 500 });
    if (work?.secret == null) continue;
    const secret = JSON.parse(Buffer.from(work.secret, 'base64url').toString()) as { sessions_token: string };
    return secret.sessions_token;
  }
  throw new Error('no work came');
}
