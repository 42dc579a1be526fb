/** ECS as the launcher knows it: tasks that are started once for a client token, found by who started them, and stopped. */
import { ECSClient, type Tag } from '@aws-sdk/client-ecs';
import { warmNameOf, workerOf } from '../../runtime/aws/task-tags';
import { MICROS_PER_MS, type Micros } from '../../runtime/contract/time';
import { ORDER_VARIABLE, type SandboxOrder, type WarmOrder } from '../../runtime/sandbox/container-contract';
import type { Gate } from './database';
import type { Process } from './scheduler';

interface Task {
  readonly arn: string;
  readonly startedBy: string;
  readonly process: Process;
  readonly tags: readonly Tag[];
  readonly createdAt: Date | undefined;
}

interface Input {
  readonly clientToken?: string;
  readonly startedBy?: string;
  readonly task?: string;
  readonly tasks?: readonly string[];
  readonly tags?: readonly Tag[];
  readonly overrides?: {
    readonly containerOverrides: readonly [{ readonly environment: readonly { name: string; value: string }[] }];
  };
}

export interface ClusterDeps {
  /** Starts the container of a task. */
  readonly start: (order: SandboxOrder | WarmOrder) => Process;
  /** Told of each task whose container has ended, however it did. */
  readonly onEnd?: (taskArn: string) => void;
  /** Told of each task that somebody stops, before it ends. */
  readonly onStop?: (tags: readonly Tag[]) => void;
  /** @default nobody asks when a task was created */
  readonly now?: () => Micros;
  /** The hash of the claim that a sandbox of the warm pool was given. @default none was */
  readonly claimGivenTo?: (ticketHash: string) => string | undefined;
}

export class Cluster {
  readonly #tasks: Task[] = [];
  readonly #tokens = new Map<string, Task>();
  /** For how many tasks each claim was used: one, or something was started twice. */
  readonly starts = new Map<string, number>();

  constructor(private readonly given: ClusterDeps) {}

  /** A client whose every request goes through `gate`. */
  client(gate: Gate): ECSClient {
    const send = (command: { input: Input; constructor: { name: string } }): Promise<unknown> => {
      const name = command.constructor.name.replace(/Command$/, '');
      return gate(name, async () => this.#answer(name, command.input));
    };
    // Who lists page by page asks whether it is one.
    return Object.assign(Object.create(ECSClient.prototype), { send, config: {} }) as ECSClient;
  }

  #answer(name: string, input: Input): unknown {
    switch (name) {
      case 'RunTask': {
        const { arn } = this.#run(input);
        return { failures: [], tasks: [{ taskArn: arn }] };
      }
      case 'ListTasks':
        return { taskArns: this.running.filter((task) => isListed(task, input)).map(({ arn }) => arn) };
      case 'StopTask':
        this.#stop(this.#tasks.find(({ arn }) => arn === input.task));
        return {};
      case 'DescribeTasks':
        return { tasks: this.#tasks.filter(({ arn }) => input.tasks?.includes(arn)).map(described) };
      default:
        throw new Error(`the cluster does not know ${name}`);
    }
  }

  /** Whether a task runs that was started with the claim of this hash, or has been given it. */
  runs(claimHash: string): boolean {
    return this.running.some(({ tags }) => this.#claimOf(tags) === claimHash);
  }

  get running(): readonly Pick<Task, 'arn' | 'startedBy' | 'tags'>[] {
    return this.#tasks.filter(({ process }) => !process.dead);
  }

  #claimOf(tags: readonly Tag[]): string | null | undefined {
    const warm = warmNameOf(tags);
    return warm === undefined ? workerOf(tags)?.sessionTokenHash : this.given.claimGivenTo?.(warm);
  }

  #stop(task: Task | undefined): void {
    if (!task || task.process.dead) return;
    this.given.onStop?.(task.tags);
    task.process.kill();
  }

  #run({ clientToken, startedBy = '', overrides, tags = [] }: Input): Task {
    // As ECS does: the same token is the same request.
    const known = clientToken === undefined ? undefined : this.#tokens.get(clientToken);
    if (known) return known;
    const [container] = overrides?.containerOverrides ?? [];
    const order = container?.environment.find((variable) => variable.name === ORDER_VARIABLE);
    if (!order) throw new Error('the task has no order');
    const parsed: SandboxOrder | WarmOrder = JSON.parse(order.value);
    if ('claim' in parsed) this.starts.set(parsed.claim, (this.starts.get(parsed.claim) ?? 0) + 1);
    const { start, onEnd, now } = this.given;
    const createdAt = now && new Date(now() / MICROS_PER_MS);
    const task = { arn: `task/${this.#tasks.length}`, startedBy, process: start(parsed), tags, createdAt };
    if (clientToken !== undefined) this.#tokens.set(clientToken, task);
    task.process.onDeath.push(() => onEnd?.(task.arn));
    this.#tasks.push(task);
    return task;
  }
}

const isListed = (task: Pick<Task, 'startedBy'>, { startedBy }: Input): boolean =>
  startedBy === undefined || task.startedBy === startedBy;

const described = ({ arn, startedBy, process, tags, createdAt }: Task): object => ({
  taskArn: arn,
  lastStatus: process.dead ? 'STOPPED' : 'RUNNING',
  ...(process.dead ? { stopCode: 'EssentialContainerExited' } : {}),
  startedBy,
  createdAt,
  tags,
});
