import { redact } from '../telemetry/redaction';

/**
 * A handler whose failures hold no credential. Lambda writes what a handler throws into the log, and hands it on to wherever
 * failed invocations go, past our own log and its redaction.
 */
export function redactFailures<A extends readonly unknown[], R>(
  handle: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await handle(...args);
    } catch (error) {
      throw shown(error);
    }
  };
}

/** The same failure in redacted words. Its cause and whatever else hangs on it stay behind. */
function shown(error: unknown): Error {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const failure = new Error(redact(message));
  failure.name = name;
  failure.stack = stack === undefined ? undefined : redact(stack);
  return failure;
}
