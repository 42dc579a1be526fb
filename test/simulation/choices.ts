/** What a database may do and a quiet one never does: short pages, parts of batches, and what it knew a moment ago. */
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../../runtime/contract/time';
import type { Schedule } from './strikes';

/** As much of a request as there is a choice about. */
export interface Question {
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly IndexName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;
}

/** How long a copy of the data may lag. */
const LAG: Micros = 1_500 * MICROS_PER_MS;
const SHORTEST_PAGE = 2;
/** How far a clock is ahead that takes a lease for lapsed: further than any lease reaches. */
const AHEAD: Micros = 60 * MICROS_PER_SECOND;
const AHEAD_SHARE = 0.3;
/** How often the database makes use of its freedom. */
const SHARE = 0.4;
const READS: readonly string[] = ['Query', 'GetItem', 'BatchGetItem'];

export class Choices {
  /** The last answers to reads, as a copy that lags gives them. */
  readonly #known = new Map<string, { readonly at: Micros; readonly answer: unknown }>();

  readonly #isFree: boolean;
  #leftAhead: number;

  /** @param schedule whether the database makes use of its freedom at all, and how often a clock may be ahead. */
  constructor(
    { isFree = false, ahead = 0 }: Pick<Schedule, 'isFree' | 'ahead'>,
    private readonly random: () => number,
    private readonly now: () => Micros,
  ) {
    this.#isFree = isFree;
    this.#leftAhead = ahead;
  }

  /**
   * The request as it arrives: a lease is asked for by a clock that is ahead, of a query the database takes a short page, and of a
   * batch of writes the first one.
   */
  partOf<T extends Question>(asked: T): T {
    const { ExpressionAttributeValues: values = {} } = asked;
    const now = values[':now']?.N;
    if (now !== undefined && this.#leftAhead > 0 && this.random() < AHEAD_SHARE) {
      this.#leftAhead -= 1;
      return { ...asked, ExpressionAttributeValues: { ...values, ':now': { N: String(Number(now) + AHEAD) } } };
    }
    if (!this.#isFree || this.random() >= SHARE) return asked;
    if (asked.Limit !== undefined) return { ...asked, Limit: Math.min(asked.Limit, SHORTEST_PAGE) };
    const [table, writes] = writesIn(asked);
    return writes.length > 1 ? { ...asked, RequestItems: { [table]: writes.slice(0, 1) } } : asked;
  }

  /** What the database answers. `run` carries out the part. */
  async answer<T>(operation: string, asked: Question, part: Question, run: () => Promise<T>): Promise<T> {
    if (!this.#isFree) return run();
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
