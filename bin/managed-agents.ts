import { checkCommand } from './check-command';
import { keysCommand } from './keys-command';
import { modelKeyCommand } from './model-key-command';
import { startCommand } from './start-command';
import { OVERVIEW, UsageError } from './usage';

const [command, ...args] = process.argv.slice(2);

run(command, args).catch((error: unknown) => {
  const { message } = error as Error;
  if (isUsageError(error)) {
    console.error(`${message}\nTry "managed-agents --help".`);
    process.exitCode = 2;
    return;
  }
  console.error(`managed-agents: ${message}`);
  process.exitCode = 1;
});

async function run(name: string | undefined, rest: string[]): Promise<void> {
  switch (name) {
    case 'start':
      return startCommand(rest);
    case 'keys':
      return keysCommand('api_key', rest);
    case 'environment-keys':
      return keysCommand('environment_key', rest);
    case 'model-key':
      return modelKeyCommand(rest);
    case 'check':
      return checkCommand(rest);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      console.log(OVERVIEW);
      return;
    default:
      throw new UsageError(`There is no command "${name}".`);
  }
}

/** Ours, or one of `parseArgs`. */
function isUsageError(error: unknown): boolean {
  return error instanceof UsageError || String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
