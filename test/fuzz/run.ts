import { ROUTES } from '../../runtime/contract/generated/routes';
import { Chance } from './chance';
import { isSecretShown, judge } from './judge';
import { draw, type Drawn } from './requests';
import { sendRaw, type RawAnswer } from './wire';
import { World, type Target } from './world';

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** How many at once. */
  readonly concurrency?: number;
}

/** What came out. */
export interface FuzzFindings {
  readonly problems: string[];
  /** How many answers had each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** The served operations that answered well at least once, and those that did not. */
  readonly reached: ReadonlySet<string>;
  readonly unreached: readonly string[];
}

const CONCURRENCY = 8;
const MAX_PROBLEMS = 200;

/** Draws requests from the contract, sends them, and judges each answer. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzFindings> {
  const world = await World.open(target);
  const port = Number(new URL(target.baseURL).port);
  const problems: string[] = [];
  const statuses = new Map<number, number>();
  const reached = new Set<string>();
  let sent = 0;

  async function one(chance: Chance): Promise<void> {
    const request = draw(world, chance);
    const answer = await sendRaw(port, request).catch((error: Error) => error);
    if (!(answer instanceof Error)) {
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status < 300) reached.add(request.operation);
      if (answer.body.includes('does not serve it')) world.unserved.add(request.operation);
      if (request.credential.workspace === 'ours') world.learn(answer.body);
    }
    for (const problem of judge(request, answer, world)) {
      if (problems.length < MAX_PROBLEMS) problems.push(`${problem}\n${describe(request, answer, world)}`);
    }
  }

  async function worker(n: number): Promise<void> {
    const chance = new Chance(options.seed * 1_000 + n);
    while (sent < options.requests) {
      sent += 1;
      await one(chance);
    }
  }

  await Promise.all(Array.from({ length: options.concurrency ?? CONCURRENCY }, (_, n) => worker(n)));
  const unreached = Object.keys(ROUTES).filter((name) => !world.unserved.has(name) && !reached.has(name));
  return { problems, statuses, reached, unreached };
}

const SHOWN = 700;

/** The request and its answer, as far as a person needs them. Credentials are named, not shown. */
function describe(request: Drawn, answer: RawAnswer | Error, world: World): string {
  const { head, body, operation, credential } = request;
  let text = `${head.toString('latin1').slice(0, SHOWN)}\n${body.toString('latin1').slice(0, SHOWN)}`;
  for (const { name, secret } of world.credentials) if (secret) text = text.replaceAll(secret, `<${name}>`);
  const said = answer instanceof Error ? answer.message : `${answer.status} ${answer.body.slice(0, SHOWN)}`;
  const shown = isSecretShown(said, world) ? '(the answer holds a secret)' : said;
  return `  ${operation} with ${credential.name}\n${text.replaceAll('\r', '').replaceAll(/^/gm, '  > ')}\n  < ${shown}`;
}
