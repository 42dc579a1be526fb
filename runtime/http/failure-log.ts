/** Notes failures that the caller is told nothing about. */
export interface FailureLog {
  (failure: { readonly requestId: string; readonly operation: string | undefined; readonly error: unknown }): void;
}

/** Anything that looks like a credential, of this service or of the model API. */
const SECRET = /\b(?:sk-ant-[\w-]+|Bearer\s+\S+)/gi;

/** One JSON line on the standard error stream: what went wrong and where in the code, never the request itself. */
export const logToStderr: FailureLog = ({ requestId, operation, error }) => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = { level: 'error', request_id: requestId, operation, error: name, message, stack };
  process.stderr.write(`${JSON.stringify(line).replaceAll(SECRET, '[redacted]')}\n`);
};
