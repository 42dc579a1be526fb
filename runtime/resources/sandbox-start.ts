/** What starting a sandbox comes to. */

/** No sandbox could be started. The cause is for the log: what a platform says of itself may name parts of the account. */
export class SandboxStartError extends Error {
  override readonly name = 'SandboxStartError';

  /**
   * @param reason for the model, as part of a sentence.
   * @param passing whether the same start is likely to work in a while: there is no room now, or too many start at once.
   */
  constructor(
    readonly reason: string,
    readonly passing: boolean,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** What a launcher throws that says nothing more of it. */
export function startErrorOf(error: unknown): SandboxStartError {
  return error instanceof SandboxStartError
    ? error
    : new SandboxStartError('it could not be started', false, { cause: error });
}
