import { appendFile } from 'node:fs/promises';

/**
 * Takes lines for a file that only its owner can read.
 *
 * @param onFailure told when a line could not be written. Who wrote it is not.
 */
export function auditFile(path: string, onFailure: (line: string) => void): (line: string) => void {
  return (line) => {
    appendFile(path, line, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) =>
      onFailure(`an audit line could not be written: ${error.code}`),
    );
  };
}
