/** What a database may do and a quiet one never does: short pages, parts of batches, and what it knew a moment ago. */
import { MICROS_PER_MS, type Micros } from '../../runtime/contract/time';

/** As much of a request as there is a choice about. */
export interface Question {
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly IndexName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
}

/** How long a copy of the data may lag. */
const LAG: Micros = 1_500 * MICROS_PER_MS;
const SHORTEST_PAGE = 2;
/** How often the database makes use of its freedom. */
const SHARE = 0.4;
const READS: readonly string[] = ['Query', 'GetItem', 'BatchGetItem'];

export class Choices {
  /** The last answers to reads, as a copy that lags gives them. */
  readonly #known = new Map<string, { readonly at: Micros; readonly answer: unknown }>();

  /** @param isFree whether the database makes use of its freedom at all. */
  constructor(
    private readonly isFree: boolean,
    private readonly random: () => number,
    private readonly now: () => Micros,
  ) {}

  /** As much of the request as the database takes: of a query a short page, of a batch of writes the first one. */
  partOf<T extends Question>(asked: T): T {
    if (!this.isFree || this.random() >= SHARE) return asked;
    if (asked.Limit !== undefined) return { ...asked, Limit: Math.min(asked.Limit, SHORTEST_PAGE) };
    const [table, writes] = writesIn(asked);
    return writes.length > 1 ? { ...asked, RequestItems: { [table]: writes.slice(0, 1) } } : asked;
  }

  /** What the database answers. `run` carries out the part. */
  async answer<T>(operation: string, asked: Question, part: Question, run: () => Promise<T>): Promise<T> {
    if (!this.isFree) return run();
    if (READS.includes(operation) && asked.IndexName === undefined) return this.#read(asked, run);
    const answer = await run();
    const [table, writes] = writesIn(asked);
    const left = writes.slice(writesIn(part)[1].length);
    return left.length > 0 ? { ...Object(answer), UnprocessedItems: { [table]: left } } : answer;
  }

  async #read<T>(asked: Question, run: () => Promise<T>): Promise<T> {
    const text = JSON.stringify({ ...asked, Limit: undefined });
    const isConsistent = text.includes('"ConsistentRead":true');
    const name = text.replace(/"ConsistentRead":(true|false),?/, '');
    const known = this.#known.get(name);
    if (!isConsistent && known && this.now() - known.at < LAG && this.random() < SHARE) return known.answer as T;
    const answer = await run();
    this.#known.set(name, { at: this.now(), answer });
    return answer;
  }
}

function writesIn({ RequestItems: tables = {} }: Question): readonly [table: string, writes: readonly unknown[]] {
  const [[table, writes] = ['', []]] = Object.entries(tables);
  return [table, Array.isArray(writes) ? writes : []];
}
