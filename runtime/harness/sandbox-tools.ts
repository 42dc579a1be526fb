import type { BetaTool, BetaToolUnion } from '@anthropic-ai/sdk/resources/beta/messages/messages';

/** The tools that run in a sandbox, by name, in the order in which the model is offered them. */
export const SANDBOX_TOOLS = ['bash', 'read', 'write', 'edit', 'glob', 'grep'] as const;

export type SandboxToolName = (typeof SANDBOX_TOOLS)[number];

/**
 * What the model is told of the sandbox tools. Names, descriptions and schemas are those of the official
 * `betaAgentToolset20260401`, whose implementation runs the calls. They stand here a second time because that module brings
 * the whole toolset with it, child processes and all, which a harness must not carry; a test compares the two.
 */
const SANDBOX_TOOL_SCHEMAS: Readonly<Record<SandboxToolName, Pick<BetaTool, 'description' | 'input_schema'>>> = {
  bash: {
    description: 'Run a bash command in a persistent shell. State (cwd, env vars) persists across calls.',
    input_schema: {
      type: 'object',
      properties: {
        command: { type: 'string', description: 'The command to run' },
        restart: { type: 'boolean', description: 'Restart the persistent shell before running' },
        timeout_ms: { type: 'integer', description: 'Per-call timeout in milliseconds' },
      },
    },
  },
  read: {
    description: 'Read a UTF-8 text file relative to the workdir.',
    input_schema: {
      type: 'object',
      properties: {
        file_path: { type: 'string' },
        view_range: {
          type: 'array',
          items: { type: 'integer' },
          description: '[start_line, end_line] 1-indexed inclusive',
        },
      },
      required: ['file_path'],
    },
  },
  write: {
    description: 'Write a UTF-8 text file relative to the workdir, creating parent directories as needed.',
    input_schema: {
      type: 'object',
      properties: { file_path: { type: 'string' }, content: { type: 'string' } },
      required: ['file_path', 'content'],
    },
  },
  edit: {
    description: 'Replace old_string with new_string in a file. old_string must be unique unless replace_all.',
    input_schema: {
      type: 'object',
      properties: {
        file_path: { type: 'string' },
        old_string: { type: 'string' },
        new_string: { type: 'string' },
        replace_all: { type: 'boolean' },
      },
      required: ['file_path', 'old_string', 'new_string'],
    },
  },
  glob: {
    description: 'Match files under the workdir against a glob pattern. Results are mtime-sorted, newest first.',
    input_schema: {
      type: 'object',
      properties: {
        pattern: { type: 'string' },
        path: { type: 'string', description: 'Directory to search in. Defaults to the workdir.' },
      },
      required: ['pattern'],
    },
  },
  grep: {
    description: 'Search file contents for a regex. Uses ripgrep if available, otherwise a built-in walker.',
    input_schema: {
      type: 'object',
      properties: { pattern: { type: 'string' }, path: { type: 'string' } },
      required: ['pattern'],
    },
  },
};

/** The definition of a sandbox tool as the model API takes it. */
export function sandboxTool(name: SandboxToolName): BetaToolUnion {
  return { name, ...SANDBOX_TOOL_SCHEMAS[name] };
}

export const isSandboxTool = (name: string): name is SandboxToolName => SANDBOX_TOOLS.some((known) => known === name);
