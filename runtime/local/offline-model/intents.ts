/** Reads from a user's words which tools to call. A handful of plain patterns; whatever they do not fit is left alone. */
import { escapePattern, plausibleInput } from './plausible-input';

export interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A tool that the request offers. Server tools have no schema and are never called from here. */
export interface OfferedTool {
  readonly name: string;
  readonly input_schema?: unknown;
}

const QUOTED = String.raw`(?:"([^"]*)"|'([^']*)'|\`([^\`]*)\`)`;
const PATH = String.raw`[\`"']?([\w.\/@~-]*\w)[\`"']?`;
/** Without quotes a word counts as a file's name only when it looks like one: with a slash or a dot inside, but no address. */
const FILE = String.raw`[\`"']?((?!\w+:)(?=[^\s\`"']*[.\/]\w)[\w.\/@~-]*\w)[\`"']?`;

interface Pattern {
  readonly pattern: RegExp;
  readonly call: (groups: readonly string[]) => Call;
}

/** In order of precedence. The groups handed to `call` are those that took part in the match. */
const PATTERNS: readonly Pattern[] = [
  {
    pattern: new RegExp('```(?:bash|sh|shell)\\n([\\s\\S]+?)```', 'gi'),
    call: ([command = '']) => ({ name: 'bash', input: { command: command.trim() } }),
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:write|save|put)\s+${QUOTED}\s+(?:to|into|in)\s+(?:the\s+)?(?:file\s+)?${PATH}`,
      'gi',
    ),
    call: ([content = '', file_path = '']) => ({ name: 'write', input: { file_path, content } }),
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:create|write|make)\s+(?:a\s+|the\s+)?file\s+(?:called\s+|named\s+)?${PATH}\s+(?:with|containing|that says)\s+(?:the\s+)?(?:contents?\s+|text\s+)?${QUOTED}`,
      'gi',
    ),
    call: ([file_path = '', content = '']) => ({ name: 'write', input: { file_path, content } }),
  },
  {
    pattern: new RegExp(
      String.raw`\breplace\s+${QUOTED}\s+(?:with|by)\s+${QUOTED}\s+in\s+(?:the\s+)?(?:file\s+)?${PATH}`,
      'gi',
    ),
    call: ([old_string = '', new_string = '', file_path = '']) => ({
      name: 'edit',
      input: { file_path, old_string, new_string },
    }),
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:find|list)\s+(?:all\s+)?(?:the\s+)?files\s+(?:matching|like|named)\s+${QUOTED}`,
      'gi',
    ),
    call: ([pattern = '']) => ({ name: 'glob', input: { pattern } }),
  },
  {
    pattern: new RegExp(String.raw`\b(?:grep|search)\s+(?:for\s+)?${QUOTED}(?:\s+in\s+${PATH})?`, 'gi'),
    call: ([pattern = '', path]) => ({ name: 'grep', input: { pattern, ...(path ? { path } : {}) } }),
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:read|show|open|print)\s+(?:me\s+)?(?:the\s+)?(?:contents?\s+of\s+)?(?:the\s+)?(?:file\s+)?${FILE}`,
      'gi',
    ),
    call: ([file_path = '']) => ({ name: 'read', input: { file_path } }),
  },
  {
    pattern: /^\s*(?:please\s+)?(?:run|execute):\s*(.+)$/gim,
    call: ([command = '']) => ({ name: 'bash', input: { command: command.replace(/^`|`$/g, '') } }),
  },
  { pattern: /`([^`\n]+)`/g, call: ([command = '']) => ({ name: 'bash', input: { command } }) },
];

/** The calls that the text asks for, in the order in which it asks, of the tools that are offered. */
export function callsFor(text: string, tools: readonly OfferedTool[]): Call[] {
  const builtIn = new Set(['bash', 'read', 'write', 'edit', 'glob', 'grep']);
  const found: { at: number; call: Call }[] = [];
  // What one pattern has read is blanked out, so that the next does not read it again, and positions stay.
  let rest = text;
  for (const { pattern, call } of PATTERNS) {
    rest = rest.replace(pattern, (...match: unknown[]) => {
      const at = match.findIndex((part) => typeof part === 'number');
      const groups = match.slice(1, at).filter((group) => typeof group === 'string');
      found.push({ at: Number(match[at]), call: call(groups) });
      return ' '.repeat(String(match[0]).length);
    });
  }
  for (const tool of tools) {
    if (builtIn.has(tool.name) || tool.input_schema === undefined) continue;
    const name = new RegExp(`(?<![\\w-])${escapePattern(tool.name)}(?![\\w-])`);
    const at = text.search(name);
    if (at === -1) continue;
    const others = text.replace(new RegExp(`\`?${name.source}\`?`, 'g'), '');
    found.push({ at, call: { name: tool.name, input: plausibleInput(tool.input_schema, others) } });
  }
  const offered = new Set(tools.map(({ name }) => name));
  return found
    .toSorted((a, b) => a.at - b.at)
    .map(({ call }) => call)
    .filter(({ name, input }) => offered.has(name) && !isToolName(input, tools));
}

/** A tool's name in backticks is not a command. */
const isToolName = (input: Record<string, unknown>, tools: readonly OfferedTool[]): boolean =>
  tools.some(({ name }) => input.command === name);
