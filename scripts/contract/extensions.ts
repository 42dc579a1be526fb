/**
 * Parameters that the service takes and the SDK's types do not name: recorded on the wire, or this project's own. All are
 * optional, so a client that knows only the SDK is not affected. A value is a TypeScript type.
 */
export interface Extension {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const EXTENSIONS: Readonly<Record<string, Extension>> = {
  /** Deletes a self-hosted environment whose queue still holds work (reference 4). */
  'environments.delete': { query: { force: 'boolean' } },
  /**
   * Our own: a stream that first repeats what came after an event. `from` names the event; a standard EventSource says the
   * same with `Last-Event-ID` when it reconnects.
   */
  'sessions.events.stream': { query: { from: 'string' }, headers: { 'Last-Event-ID': 'string' } },
  /** Our own: moves the session to the deployed code that new sessions begin with. */
  'sessions.update': { query: { runtime: 'string' } },
  'sessions.threads.events.stream': { query: { from: 'string' }, headers: { 'Last-Event-ID': 'string' } },
};
