import type {
  BetaContentBlockParam,
  BetaMessageParam,
  MessageCreateParamsBase,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { isRecord } from '../../contract/json';
import { traitsOf } from '../../model/traits';
import { signatureOf, type PlacedBlock } from './prefix';

interface Turn {
  readonly role: string;
  readonly content: readonly BetaContentBlockParam[];
}

/** What is wrong with a request's form, in the words of the API, or undefined. After this the body may be read as typed. */
export function formProblem(body: unknown): string | undefined {
  if (!isRecord(body)) return 'The request body is not a JSON object.';
  if (typeof body.model !== 'string' || body.model === '') return 'model: Field required';
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) return 'max_tokens: Field required';
  if (!Array.isArray(body.messages)) return 'messages: Field required';
  if (body.messages.length === 0) return 'messages: at least one message is required';
  if (body.tools !== undefined && !(Array.isArray(body.tools) && body.tools.every(isRecord))) {
    return 'tools: Input should be a valid list';
  }
  for (const [i, message] of body.messages.entries()) {
    if (!isRecord(message)) return `messages.${i}: Input should be an object`;
    if (!['user', 'assistant', 'system'].includes(String(message.role))) return `messages.${i}.role: Invalid role`;
    const { content } = message;
    if (typeof content === 'string') continue;
    if (!Array.isArray(content) || !content.every((block) => isRecord(block) && typeof block.type === 'string')) {
      return `messages.${i}.content: Input should be a string or a list of blocks`;
    }
  }
  return undefined;
}

export const isWellFormed = (body: unknown): body is MessageCreateParamsBase => formProblem(body) === undefined;

/** The messages with their content as blocks. */
export function turnsOf(messages: readonly BetaMessageParam[]): Turn[] {
  return messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []),
  }));
}

/** What is wrong with the conversation, by the rules that the real API enforces, or undefined. */
export function conversationProblem(
  request: MessageCreateParamsBase,
  turns: readonly Turn[],
  blocks: readonly PlacedBlock[],
): string | undefined {
  const names = (request.tools ?? []).flatMap((tool) => ('name' in tool ? [tool.name] : []));
  if (new Set(names).size < names.length) return 'tools: Tool names must be unique.';
  return (
    orderProblem(turns, traitsOf(request.model).midConversationSystem) ??
    contentProblem(turns) ??
    callProblem(turns) ??
    thinkingProblem(request, blocks)
  );
}

function orderProblem(turns: readonly Turn[], systemAllowed: boolean): string | undefined {
  const first = turns[0];
  if (first?.role !== 'user' && first?.content[0]?.type !== 'compaction')
    return 'messages: first message must use the "user" role';
  for (const [i, { role }] of turns.entries()) {
    if (role !== 'system') continue;
    if (!systemAllowed) return `messages.${i}: role 'system' is not supported on this model`;
    if (turns[i - 1]?.role !== 'user') return `messages.${i}: a system message must follow a user message`;
    const next = turns[i + 1];
    if (next && next.role !== 'assistant')
      return `messages.${i}: a system message must be last or precede an assistant message`;
  }
  return undefined;
}

function contentProblem(turns: readonly Turn[]): string | undefined {
  for (const [i, { content }] of turns.entries()) {
    if (content.length === 0) return `messages.${i}: all messages must have non-empty content`;
    for (const block of content.flatMap((outer) => [outer, ...resultContent(outer)])) {
      if (block.type === 'text' && block.text.trim() === '') {
        return `messages.${i}: text content blocks must contain non-whitespace text`;
      }
    }
  }
  return undefined;
}

function resultContent(block: BetaContentBlockParam): { type: string; text: string }[] {
  if (block.type !== 'tool_result' || !Array.isArray(block.content)) return [];
  return block.content.flatMap((inner) => (inner.type === 'text' ? [{ type: inner.type, text: inner.text }] : []));
}

/** Each call is answered at the beginning of the user's next turn, once; nothing else is answered. */
function callProblem(turns: readonly Turn[]): string | undefined {
  for (const [i, { role, content }] of turns.entries()) {
    const previous = turns[i - 1];
    const called = previous?.role === 'assistant' ? callsOf(previous) : [];
    const results = content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
    const stray = results.find((id) => !called.includes(id));
    if (stray) return `messages.${i}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}`;
    if (new Set(results).size < results.length) return `messages.${i}: each tool_use must have a single result`;
    if (content.slice(0, results.length).some(({ type }) => type !== 'tool_result')) {
      return `messages.${i}: \`tool_result\` blocks must come first`;
    }
    const open = called.filter((id) => !results.includes(id));
    if (open.length > 0) return unanswered(i - 1, open);
    if (role === 'assistant' && i === turns.length - 1 && callsOf(turns[i] ?? { role, content }).length > 0) {
      return unanswered(i, callsOf({ role, content }));
    }
  }
  return undefined;
}

const callsOf = ({ content }: Turn): string[] =>
  content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));

const unanswered = (i: number, ids: readonly string[]): string =>
  `messages.${i}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}`;

/** Thinking must come back as it was made, and on newer models after exactly what it was made after. */
function thinkingProblem(request: MessageCreateParamsBase, blocks: readonly PlacedBlock[]): string | undefined {
  const bound = traitsOf(request.model).boundThinking && !dropsMismatches(request);
  for (const { block, path, before } of blocks) {
    if (block.type !== 'thinking') continue;
    const expected = signatureOf(block.thinking, before);
    if (block.signature.split('.')[0] !== expected.split('.')[0])
      return `${path}: Invalid \`signature\` in \`thinking\` block.`;
    if (bound && block.signature !== expected) {
      return `${path}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation.`;
    }
  }
  return undefined;
}

function dropsMismatches({ thinking }: MessageCreateParamsBase): boolean {
  return thinking?.type === 'adaptive' && thinking.block_binding?.prefix_mismatch_behavior === 'drop_block';
}
