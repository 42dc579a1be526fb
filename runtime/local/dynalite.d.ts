/** The part of dynalite that the local database and the tests use. The package has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** The server, not listening yet. Closing it closes its database, too. `createTableMs`: how long a table is being created. */
  function dynalite(options?: { readonly createTableMs?: number }): Server;
  export = dynalite;
}

declare module 'dynalite/db' {
  import type { Readable } from 'node:stream';

  /** An item in the form of the wire. */
  type Item = Readonly<Record<string, unknown>>;

  export interface Put {
    readonly type: 'put';
    readonly key: string;
    readonly value: unknown;
  }

  interface DynaliteIndex {
    readonly IndexName: string;
    readonly KeySchema: readonly { readonly AttributeName: string }[];
  }

  export interface DynaliteTable {
    readonly TableName: string;
    readonly TableStatus: string;
    readonly GlobalSecondaryIndexes?: readonly DynaliteIndex[];
  }

  /** A range of keys, as LevelDB has it. */
  type ValueRange = Readonly<Record<string, unknown>>;

  export interface Values {
    /** Up to so many of the next values; none at the end. */
    nextv(size: number): Promise<unknown[]>;
    close(): Promise<void>;
  }

  export type FoundTable = (error: Error | null, table?: DynaliteTable) => void;

  export interface DynaliteStore {
    readonly db: {
      open(): Promise<void>;
      close(): Promise<void>;
      keys(range: { gte: string; lt: string }): AsyncIterable<string>;
      values(range: { gte: string; lt: string; valueEncoding: 'utf8' }): AsyncIterable<string>;
      values(range: ValueRange): Values;
      getSync(key: string): unknown;
      get: (key: string, done: (error: Error | null, value?: unknown) => void) => void;
      createValueStream: (range: ValueRange) => Readable;
      batch(operations: readonly (Put | { type: 'del'; key: string })[]): Promise<void>;
    };
    /** The definition of a table. Where the status is not to be looked at, a table that is still being created is found, too. */
    getTable: (name: string, ...rest: [done: FoundTable] | [checkStatus: boolean, done: FoundTable]) => void;
  }

  /** Opens the database under the server: at once or, if the directory is another's, with an error from `open`. */
  export function create(options: { readonly path?: string; readonly createTableMs?: number }): DynaliteStore;

  /** Whether one value of an attribute stands in this order to another. */
  export function compare(how: 'GT', one: object, other: object): boolean;

  /** The entries that an item has in a table's indexes, and those of what stood there before that it has not. */
  export function getIndexActions(
    indexes: readonly DynaliteIndex[],
    before: Item | undefined,
    item: Item,
    table: DynaliteTable,
  ): { readonly puts: readonly { index: string; key: string; item: Item }[] };
}

/** The parsers, which differ in what they parse and not in how they are called. */
declare module 'dynalite/db/conditionParser' {
  /** What an expression was read as, or why it is refused. */
  export type Parsed = unknown;

  /** What the expressions of a request share. A name is not unused any more once an expression used it. */
  export interface ParseContext {
    readonly attrNames?: Readonly<Record<string, string>>;
    readonly attrVals?: Readonly<Record<string, object>>;
    readonly unusedAttrNames: Record<string, true>;
    readonly unusedAttrVals: Record<string, true>;
    readonly compare: (how: 'GT', one: object, other: object) => boolean;
  }

  export interface Parser {
    /** @throws Error where the text is no expression at all. */
    parse: (text: string, options: { readonly context: ParseContext }) => Parsed;
  }

  const parser: Parser;
  export default parser;
}

declare module 'dynalite/db/projectionParser' {
  import type { Parser } from 'dynalite/db/conditionParser';
  const parser: Parser;
  export default parser;
}

declare module 'dynalite/db/updateParser' {
  import type { Parser } from 'dynalite/db/conditionParser';
  const parser: Parser;
  export default parser;
}
