/** Brain: what the offline model answers. It follows a few rules and says so; it knows nothing of the world. */
import type {
  BetaContentBlockParam,
  BetaToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { callsFor, type Call, type OfferedTool } from './intents';
import type { ModelServerRequest, PlannedBlock, ResponsePlan } from './plan';
import { turnsOf } from './request-check';

const MAX_QUOTED_CHARACTERS = 2_000;
/** What the harness puts into the user's mouth: it is not what the user asks for. */
const PLATFORM_TEXT = /<(conversation_summary|system_message)>[\s\S]*?<\/\1>/g;
const DESTRUCTIVE = /\brm\s+-\w*[rf]|\bmkfs\b|\bdd\s+if=|\bshutdown\b|\breboot\b|\|\s*(?:ba)?sh\b|:\(\)\s*\{/;

/** The answer to a request. */
export function respondOffline(request: ModelServerRequest): ResponsePlan {
  const { said, results } = lastUserTurn(request);
  if (isJudgement(request)) return { blocks: [{ type: 'text', text: judgementOf(said) }] };
  if (/summary of this conversation/i.test(said)) return { blocks: [{ type: 'text', text: summaryOf(request) }] };
  const tools = offeredTools(request);
  const calls = callsFor(said, tools);
  const quoted = results.map(quote);
  if (calls.length > 0) {
    return {
      blocks: [
        ...thought(request, `The user wants something done. I call ${listed(calls.map(({ name }) => name))}.`),
        { type: 'text', text: [...quoted, `I will use ${listed(calls.map(described))}.`].join('\n\n') },
        ...calls.map(({ name, input }): PlannedBlock => ({ type: 'tool_use', name, input })),
      ],
    };
  }
  const reply = said !== '' || results.length === 0 ? [introduction(said, tools)] : [];
  return {
    blocks: [
      ...thought(
        request,
        results.length > 0 ? 'The results are here. I report them.' : 'There is no command in this. I say who I am.',
      ),
      { type: 'text', text: [...quoted, ...reply].join('\n\n') },
    ],
  };
}

interface Result {
  readonly name: string;
  readonly text: string;
  readonly isError: boolean;
}

/** What the user said since the model last spoke, and the results of the calls that it then made. */
function lastUserTurn(request: ModelServerRequest): { said: string; results: Result[] } {
  const turns = turnsOf(request.messages);
  const spoke = turns.findLastIndex(({ role }) => role === 'assistant');
  const names = new Map(
    (turns[spoke]?.content ?? []).flatMap((block) => (block.type === 'tool_use' ? [[block.id, block.name]] : [])),
  );
  const since = turns.slice(spoke + 1).filter(({ role }) => role === 'user');
  const blocks = since.flatMap(({ content }) => content);
  return {
    said: blocks
      .flatMap((block) => (block.type === 'text' ? [block.text.replace(PLATFORM_TEXT, '').trim()] : []))
      .filter((text) => text !== '')
      .join('\n\n'),
    results: blocks.flatMap((block) =>
      block.type === 'tool_result'
        ? [{ name: names.get(block.tool_use_id) ?? 'the tool', text: textOf(block), isError: block.is_error === true }]
        : [],
    ),
  };
}

function textOf({ content }: BetaToolResultBlockParam): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n');
}

function quote({ name, text, isError }: Result): string {
  const shown = text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}\n…` : text;
  return `${isError ? `The call of ${name} failed` : `This is what ${name} gave`}:\n\n\`\`\`\n${shown}\n\`\`\``;
}

/** The request's thinking setting decides; a thought stands before everything else. */
function thought({ thinking }: ModelServerRequest, text: string): PlannedBlock[] {
  return thinking && thinking.type !== 'disabled' ? [{ type: 'thinking', thinking: text }] : [];
}

function offeredTools({ tools }: ModelServerRequest): OfferedTool[] {
  return (tools ?? []).flatMap((tool) =>
    'input_schema' in tool ? [{ name: tool.name, input_schema: tool.input_schema }] : [],
  );
}

const described = ({ name, input }: Call): string =>
  typeof input.command === 'string' ? `${name} to run \`${input.command}\`` : name;

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

function introduction(said: string, tools: readonly OfferedTool[]): string {
  const heard = said === '' ? '' : `You said: "${said.slice(0, 200)}". `;
  const can =
    tools.length === 0
      ? 'No tools are offered to me here, so I can only answer.'
      : `I can use ${listed(tools.map(({ name }) => name))}: write "run: ls -la", put a command in backticks, ask me to write "text" to a file or to read it, or name a tool.`;
  return `${heard}I am the offline model: I follow a few fixed rules and know nothing of the world. ${can} With a model key a real model answers in my place.`;
}

/** A question of the harness whether a call may run, told by the three words that it may be answered with. */
function isJudgement({ system, tools }: ModelServerRequest): boolean {
  return (
    !tools?.length && typeof system === 'string' && ['ALLOW', 'DENY', 'ASK'].every((word) => system.includes(word))
  );
}

/** Allows what the user has spelled out, denies what destroys, and leaves the rest to the user. */
function judgementOf(question: string): string {
  const asked = /<user_request>([\s\S]*?)<\/user_request>/.exec(question)?.[1] ?? '';
  const call = /<tool_call[^>]*>([\s\S]*?)<\/tool_call>/.exec(question)?.[1]?.trim() ?? '';
  if (DESTRUCTIVE.test(call)) return 'DENY';
  return valuesOf(call).some((value) => asked.includes(value)) ? 'ALLOW' : 'ASK';
}

function valuesOf(json: string): string[] {
  try {
    const input: unknown = JSON.parse(json);
    return Object.values(input ?? {}).filter((value): value is string => typeof value === 'string' && value !== '');
  } catch {
    return [];
  }
}

/** The conversation's own words, shortened: what the user said and what was called. */
function summaryOf(request: ModelServerRequest): string {
  const lines = turnsOf(request.messages).flatMap(({ role, content }) =>
    content.flatMap((block) => summaryLine(role, block)),
  );
  return ['Summary of the conversation so far:', ...lines.slice(0, -1)].join('\n').slice(0, 20_000);
}

function summaryLine(role: string, block: BetaContentBlockParam): string[] {
  if (block.type === 'text') return [`- ${role}: ${block.text.slice(0, 200)}`];
  if (block.type === 'tool_use') return [`- called ${block.name} with ${JSON.stringify(block.input).slice(0, 200)}`];
  if (block.type === 'tool_result') return [`- got ${textOf(block).slice(0, 200)}`];
  return [];
}
