/** ECS as the launcher knows it: tasks that are started once for a client token, found by who started them, and stopped. */
import type { ECSClient, Tag } from '@aws-sdk/client-ecs';
import { workerOf } from '../../runtime/aws/task-tags';
import { ORDER_VARIABLE, type SandboxOrder } from '../../runtime/sandbox/container-contract';
import type { Gate } from './database';
import type { Process } from './scheduler';

interface Task {
  readonly arn: string;
  readonly startedBy: string;
  readonly process: Process;
  readonly tags: readonly Tag[];
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

export class Cluster {
  readonly #tasks: Task[] = [];
  readonly #tokens = new Set<string>();
  /** For how many tasks each claim was used: one, or something was started twice. */
  readonly starts = new Map<string, number>();

  /** @param onEnd told of each task whose container has ended, however it did. */
  constructor(
    private readonly start: (order: SandboxOrder) => Process,
    private readonly onEnd: (taskArn: string) => void = () => undefined,
  ) {}

  /** A client whose every request goes through `gate`. */
  client(gate: Gate): ECSClient {
    const send = (command: { input: Input; constructor: { name: string } }): Promise<unknown> => {
      const name = command.constructor.name.replace(/Command$/, '');
      return gate(name, async () => this.#answer(name, command.input));
    };
    return { send, config: {} } as unknown as ECSClient;
  }

  #answer(name: string, input: Input): unknown {
    switch (name) {
      case 'RunTask':
        return this.#run(input);
      case 'ListTasks':
        return { taskArns: this.#running.filter((task) => task.startedBy === input.startedBy).map(({ arn }) => arn) };
      case 'StopTask':
        this.#tasks.find(({ arn }) => arn === input.task)?.process.kill();
        return {};
      case 'DescribeTasks':
        return { tasks: this.#tasks.filter(({ arn }) => input.tasks?.includes(arn)).map(described) };
      default:
        throw new Error(`the cluster does not know ${name}`);
    }
  }

  /** Whether a task runs that was started with the claim of this hash. */
  runs(claimHash: string): boolean {
    return this.#running.some(({ tags }) => workerOf(tags)?.sessionTokenHash === claimHash);
  }

  get #running(): Task[] {
    return this.#tasks.filter(({ process }) => !process.dead);
  }

  #run({ clientToken, startedBy = '', overrides, tags = [] }: Input): unknown {
    // As ECS does: the same token is the same request.
    if (clientToken !== undefined && this.#tokens.has(clientToken)) return { failures: [] };
    if (clientToken !== undefined) this.#tokens.add(clientToken);
    const [container] = overrides?.containerOverrides ?? [];
    const order = container?.environment.find((variable) => variable.name === ORDER_VARIABLE);
    if (!order) throw new Error('the task has no order');
    const parsed: SandboxOrder = JSON.parse(order.value);
    this.starts.set(parsed.claim, (this.starts.get(parsed.claim) ?? 0) + 1);
    const task = { arn: `task/${this.#tasks.length}`, startedBy, process: this.start(parsed), tags };
    task.process.onDeath.push(() => this.onEnd(task.arn));
    this.#tasks.push(task);
    return { failures: [] };
  }
}

const described = ({ arn, process, tags }: Task): object => ({
  taskArn: arn,
  lastStatus: process.dead ? 'STOPPED' : 'RUNNING',
  ...(process.dead ? { stopCode: 'EssentialContainerExited' } : {}),
  tags,
});
