/** The part of dynalite that the local database uses. The package has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** A directory for the data; without it they are kept in memory. */
    readonly path?: string;
    /** How long a table is being created, in milliseconds. */
    readonly createTableMs?: number;
  }

  /** The server, not listening yet. Closing it closes its database, too. */
  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}

declare module 'dynalite/db' {
  interface DynaliteStore {
    readonly db: { open(): Promise<void>; close(): Promise<void> };
  }

  /** Opens the database under the server: at once or, if the directory is another's, with an error from `open`. */
  export function create(options: { readonly path?: string }): DynaliteStore;
}
