/**
 * What goes in and comes out of each operation of the API, keyed by the operation's name: the SDK's path after `client.beta.`
 * (`agents.create`, `sessions.threads.events.list`). Generated from the installed SDK, which is the contract.
 */
import type { Operations } from './generated/operations';

export type { Operations };
export type OperationName = keyof Operations;

/** The parts of a request to an operation, checked and typed. */
export type OperationInput<O extends OperationName> = Pick<Operations[O], 'path' | 'query' | 'body' | 'headers'>;
