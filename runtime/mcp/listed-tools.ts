/** Listed tools: what a server says of its tools, cut down to what can be kept and offered. Pure. */
import { isRecord } from '../contract/json';
import type { ListedTool } from '../store/records';

const LONGEST_NAME = 256;
const LONGEST_DESCRIPTION = 8 * 1024;
/** A schema beyond this (as JSON text) is left out; its tool is offered without. */
const LONGEST_SCHEMA = 128 * 1024;
const MOST_TOOLS = 500;
/** All tools of a server together, as JSON text. */
const LONGEST_LISTING = 1024 * 1024;

/**
 * The tools of a server's listing. One that has no name, or a name that another has, is left out; what is too much is cut off. An
 * odd tool costs itself, and never the session.
 */
export function listedTools(given: readonly unknown[]): ListedTool[] {
  const tools = new Map<string, ListedTool>();
  let size = 0;
  for (const one of given) {
    const tool = listedTool(one);
    if (!tool || tools.has(tool.name)) continue;
    size += JSON.stringify(tool).length;
    if (tools.size >= MOST_TOOLS || size > LONGEST_LISTING) break;
    tools.set(tool.name, tool);
  }
  return [...tools.values()];
}

function listedTool(given: unknown): ListedTool | undefined {
  if (!isRecord(given)) return undefined;
  const { name, description, inputSchema, annotations, execution } = given;
  // Its server would refuse every call that is not a task, and tasks are not made here.
  if (isRecord(execution) && execution.taskSupport === 'required') return undefined;
  if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME) return undefined;
  const hints = isRecord(annotations) ? annotations : {};
  const fits = JSON.stringify(inputSchema ?? {}).length <= LONGEST_SCHEMA;
  return {
    name,
    ...(typeof description === 'string' && description.trim() !== ''
      ? { description: description.slice(0, LONGEST_DESCRIPTION) }
      : {}),
    inputSchema: fits ? (inputSchema ?? {}) : {},
    ...(hints.readOnlyHint === true || hints.idempotentHint === true ? { repeatable: true as const } : {}),
  };
}
