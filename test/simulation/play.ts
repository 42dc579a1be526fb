/** Plays one schedule of one scenario and says what is wrong with it. */
import { waits } from './determinism';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { auditLog, historyOf, remains, unfinished, unforgotten } from './audit';
import { Client } from './client';
import { Listener } from './listener';
import { ScriptedModel } from './model';
import type { PoolReferee } from './pool';
import type { Scenario } from './scenario';
import { Scheduler, seeded, type Process } from './scheduler';
import { Strikes, type Schedule } from './strikes';
import { refOf, System, type WakeFault } from './system';
import { sweepFor } from './sweeps';
import { checkPromptness } from './promptness';
import { judge } from './verdict';
import { startPoller } from './worker';

export interface Played {
  /** The operations of mortal processes in order: the kind of process, and what it did. */
  readonly operations: readonly string[];
  /** How often the model was asked. */
  readonly asked: number;
  /** How often the sweeper had to wake a thread. */
  readonly revived: number;
  /** How often it had to see to a worker. */
  readonly neglected: number;
  /** Nothing failed: at most somebody was slow for a moment. */
  readonly isCalm: boolean;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
  readonly events: readonly SessionEvent[];
}

/** The session must be at rest within this time, and then the system, whatever failed: retries, leases, sweeps included. */
const REST_WITHIN = 8 * 60 * MICROS_PER_SECOND;
const FINISH_WITHIN = 6 * 60 * MICROS_PER_SECOND;
const SWEEP_EVERY_MS = 20_000;
/** When only time has to pass. */
const SWEEP_CALM_EVERY_MS = 240_000;
/** The tombstone of a deleted session stands for twenty minutes; then as many sweeps may come to nothing as before. */
const FORGOTTEN_WITHIN = 20 * 60 * MICROS_PER_SECOND + FINISH_WITHIN * (SWEEP_CALM_EVERY_MS / SWEEP_EVERY_MS);
const LOOK_EVERY_MS = 1_000;
const LOOK_AGAIN_MS = 6_000;
const WAKE_SECONDS = 900;
const WAKE_DELAY_MS = 20;
const RETRY_MS = 3_000;
/** Where these fail, somebody is there who knows of it, and takes back what was made for them. */
const NO_EXCUSE = / (RunTask|model|invoke|call \S+|dial) <- (fail|repeat|outrun)/;
/** What leaves archives that nobody keeps: an item that is written while its archives are not tidied up, and who sends one too late. */
const MAKES_STRAYS =
  /^\d+ (api#\d+ (PutItem work|(has|delete) archive) <- (?!pause)|\S+ put archive <- repeat|(worker|spare)#\d+ .* <- (sleep|overtaken|outrun))/;

export async function play(scenario: Scenario, schedule: Schedule): Promise<Played> {
  const run = await Run.open(scenario, schedule);
  return run.play();
}

class Run {
  #isDone = false;
  #sweepEveryMs = SWEEP_EVERY_MS;
  readonly #problems: string[] = [];

  private constructor(
    private readonly scenario: Scenario,
    private readonly schedule: Schedule,
    private readonly scheduler: Scheduler,
    private readonly system: System,
    private readonly model: ScriptedModel,
    private readonly outside: Process,
    private readonly client: Client,
    private readonly listener: Listener | undefined,
  ) {}

  static async open(scenario: Scenario, schedule: Schedule): Promise<Run> {
    const random = seeded(schedule.seed);
    const scheduler = new Scheduler(random, new Strikes(random, schedule));
    const model = new ScriptedModel(scenario, scheduler);
    const system = await System.open({
      scheduler,
      random,
      model: (process) => model.provider(process),
      wakeFault: wakeFaults(random, schedule),
      wakeSeconds: scenario.wakeSeconds ?? WAKE_SECONDS,
      wakeDelayMs: scenario.wakeDelayMs ?? WAKE_DELAY_MS,
      database: schedule,
      worker: { toolMs: scenario.toolMs ?? (() => 0), leaseSeconds: scenario.leaseSeconds },
      keepsFiles: scenario.keepsFiles ?? false,
      isWatched: scenario.isWatched ?? false,
      warm: scenario.warm ?? 0,
      bell: { kind: scenario.bell, fates: schedule.bell },
    });
    const session = await system.session({ agent: scenario.agent, ...scenario.overrides });
    const outside = system.process('outside', false);
    waits.sleep = (ms) => scheduler.sleep(outside, ms);
    const client = new Client(system, outside, session, random);
    const listener = scenario.isStreamed ? new Listener(system, session, random) : undefined;
    return new Run(scenario, schedule, scheduler, system, model, outside, client, listener);
  }

  async play(): Promise<Played> {
    const { scenario, system, scheduler, client, model } = this;
    const done = (): boolean => this.#isDone;
    void sweepFor(system, this.outside, () => this.#sweepEveryMs, done);
    void this.listener?.listen(done);
    this.#startPollers();
    let hasWhatItWants = false;
    const restWithin = REST_WITHIN + (scenario.patience ?? 0);
    void scenario.client(client).then(() => {
      hasWhatItWants = true;
      return undefined;
    });
    if (
      await this.#reach('the session does not come to rest', restWithin, async () => hasWhatItWants && this.#rests())
    ) {
      await this.#finish();
    }
    this.#isDone = true;
    const { events, pending } = await historyOf(system, client.session);
    await this.#examine(events, pending);
    if (this.#problems.length > 0) this.#problems.push(...system.accidents.told);
    const operations = scheduler.trace.map((line) => line.replace(/^\d+ (\w+)#\d+ /, '$1 ').replace(/ <-.*$/, ''));
    return {
      operations,
      asked: model.asked,
      revived: system.revived,
      neglected: system.neglected,
      isCalm: this.#isCalm,
      problems: this.#problems,
      trace: scheduler.trace,
      events,
    };
  }

  /** Runs until something holds; within the time, or it is a problem. */
  async #reach(
    otherwise: string,
    within: number,
    holds: () => Promise<boolean>,
    everyMs = LOOK_EVERY_MS,
  ): Promise<boolean> {
    let isReached = false;
    const watch = async (): Promise<void> => {
      while (!isReached) {
        await this.client.pause(everyMs);
        isReached = await holds();
      }
    };
    let broken: unknown;
    watch().catch((error: unknown) => {
      broken = error;
      isReached = true;
    });
    const end = await this.scheduler.run(() => isReached, within);
    if (broken !== undefined) throw broken;
    if (end !== 'done') this.#problems.push(`${otherwise}: ${end}`);
    return end === 'done';
  }

  /** Nothing is left to do, soon; and nothing at all is left of a deleted session once it was cleared for the last time. */
  async #finish(): Promise<void> {
    const { scenario, scheduler, system, client } = this;
    const left = (): Promise<string[]> => this.#leftToDo();
    // What somebody wrote too late who then died as well is found with the tombstone.
    const forgiven = scenario.isHeavy || scenario.keepsFiles ? 0 : 1;
    const isLate = scenario.isHaunted === true || (scenario.isDeleted === true && scheduler.harms > forgiven);
    if (!isLate) await this.#reachEnd(left, FINISH_WITHIN, LOOK_AGAIN_MS);
    if (this.#problems.length > 0) return;
    if (system.pool) await this.#awaitPool(system.pool);
    if (!scenario.isDeleted) return;
    this.#sweepEveryMs = SWEEP_CALM_EVERY_MS;
    const remembered = async (): Promise<string[]> => [
      ...(await left()),
      ...(await unforgotten(system, client.session)),
    ];
    await this.#reachEnd(remembered, FORGOTTEN_WITHIN + (scenario.patience ?? 0), SWEEP_CALM_EVERY_MS);
  }

  /** What was given to work is remembered for ten minutes, and what was asked for and never came for five. */
  async #awaitPool(pool: PoolReferee): Promise<void> {
    this.#sweepEveryMs = SWEEP_CALM_EVERY_MS;
    pool.onlyTimePasses = true;
    const left = async (): Promise<string[]> => pool.left(await this.system.bare().warm.list());
    await this.#reachEnd(left, FORGOTTEN_WITHIN, SWEEP_CALM_EVERY_MS);
  }

  /** Runs until nothing is left: twice, for what is seen first is written before the last thing is cleared up. */
  async #reachEnd(left: () => Promise<string[]>, within: number, everyMs: number): Promise<void> {
    let times = 0;
    const isOver = async (): Promise<boolean> => {
      times = (await left()).length === 0 ? times + 1 : 0;
      return times === 2;
    };
    const isReached = await this.#reach('something is left to do', within, isOver, everyMs);
    if (!isReached) this.#problems.push(...(await left()));
  }

  /** What a sleeper brought back of a deleted session has to go again, too. */
  async #leftToDo(): Promise<string[]> {
    const { scenario, system, client } = this;
    const brought = scenario.isDeleted ? await remains(system, client.session, false) : [];
    return [...(await unfinished(system, client.session)), ...brought];
  }

  async #rests(): Promise<boolean> {
    // What is left of it to be read may be a commit whose body is gone already; that it goes too is what has to be finished.
    if (this.scenario.isDeleted) return true;
    const { log } = this.system.bare();
    const last = await log.lastCommit(refOf(this.client.session));
    const status = last?.summary.status ?? 'idle';
    const inbox = (await log.readInbox(refOf(this.client.session))).length;
    // Nothing follows `terminated`: what was accepted at that very moment is listed as waiting for good.
    return status === 'terminated' || (status === 'idle' && inbox === 0);
  }

  #startPollers(): void {
    const { workspace, environmentId } = this.client.session;
    const principal = { kind: 'environment_key', workspace, environmentId, keyId: 'envkey_1' } as const;
    for (let n = 0; n < (this.scenario.pollers ?? 0); n += 1) startPoller(this.system, principal, RETRY_MS);
  }

  get #isCalm(): boolean {
    const { wakes, ahead } = this.schedule;
    return !wakes && !ahead && this.scheduler.harms === 0;
  }

  /** Nothing was slow at the door of the bell, nor a ring: otherwise, all may be over before a sandbox hears anything. */
  get #isBellQuick(): boolean {
    return !this.scheduler.trace.some((line) => /^\d+ (bell#\d+ .*|\S+ (ask connect|ring)) <-/.test(line));
  }

  async #examine(events: readonly SessionEvent[], pending: readonly SessionEvent[]): Promise<void> {
    const { scenario, schedule, system, client, model } = this;
    const isCalm = this.#isCalm;
    const { hasZombies } = this.scheduler;
    const evidence = { scenario, events, pending, client, system, isCalm, hasZombies };
    this.#problems.push(
      ...judge(evidence),
      ...model.problems,
      ...client.problems,
      ...system.referee.problems,
      ...this.scheduler.belated,
      // Who reads the log of a session while it goes may find a commit whose body is gone.
      ...system.accidents.problems(isCalm && !scenario.isDeleted),
      ...(this.listener?.problems(events) ?? []),
      ...(scenario.isDeleted ? [] : system.switchboard.problems(events)),
      ...(isCalm && scenario.bell === 'sound' && !schedule.bell
        ? [...checkPromptness(events, system.runs), ...system.switchboard.neglect(events, this.#isBellQuick)]
        : []),
      ...(await (scenario.isDeleted ? remains(system, client.session, isCalm) : auditLog(system, client.session))),
      ...(await this.#recordProblems()),
      ...(await this.#credentialProblems()),
      ...(system.pool?.problems({ isCalm, hasZombies }) ?? []),
      ...this.#fileProblems(events),
      ...[...system.cluster.starts].flatMap(([, times]) =>
        times > 1 ? [`a sandbox was started ${times} times for one claim`] : [],
      ),
    );
  }

  /** Who dies between making a credential and handing it out, or before taking it back, leaves it to its own end. */
  async #credentialProblems(): Promise<string[]> {
    const left = await this.system.credentialsLeft();
    const excused = this.scheduler.trace.filter((line) => / <- (?!pause)/.test(line) && !NO_EXCUSE.test(line)).length;
    return left > excused ? [`${left} credentials of workers still work, and ${excused} operations failed`] : [];
  }

  #fileProblems(events: readonly SessionEvent[]): string[] {
    const { scenario, scheduler, system } = this;
    if (!system.archives) return [];
    const ran = [...system.effects.keys()];
    const calls = events.flatMap(({ type, id }) => (type === 'agent.tool_use' ? [id] : []));
    return system.archives.problems({
      isDeleted: scenario.isDeleted ?? false,
      isCalm: this.#isCalm,
      ran,
      idle: scenario.mayEndUnknown ? [] : calls.filter((id) => !ran.includes(id)),
      strays: scheduler.trace.filter((line) => MAKES_STRAYS.test(line)).length,
    });
  }

  async #recordProblems(): Promise<string[]> {
    const { workspace, id } = this.client.session;
    const store = this.system.bare();
    const record: Readonly<Record<string, unknown>> = { ...(await store.sessions.get(workspace, id)) };
    const work = await store.work.getBySession(workspace, this.client.session.environmentId, id);
    const isLabelled = this.client.label === undefined || work?.metadata['label'] === this.client.label;
    const unlabelled = isLabelled ? [] : ['the label of the work item is not what was asked for'];
    const wrong = Object.entries(this.scenario.record ?? {}).flatMap(([field, value]) =>
      JSON.stringify(record[field]) === JSON.stringify(value)
        ? []
        : [`the session's ${field} is not what was asked for`],
    );
    return [...wrong, ...unlabelled];
  }
}

function wakeFaults(random: () => number, { wakes }: Schedule): () => WakeFault {
  return () => {
    if (!wakes) return 'deliver';
    const drawn = random();
    if (drawn < wakes.lost) return 'lose';
    return drawn < wakes.lost + wakes.doubled ? 'double' : 'deliver';
  };
}
