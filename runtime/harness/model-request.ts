/** Model request: the bytes that are sent for a context, and their digest. Pure. */
import { createHash } from 'node:crypto';
import type {
  BetaTextBlockParam,
  BetaToolUnion,
  MessageCreateParamsNonStreaming,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { jsonPieces } from '../contract/json';
import type { ModelRequest, ModelTraits } from '../model/port';
import type { EventRecord, SessionRecord, ToolListing } from '../store/records';
import { textBlock } from './content-blocks';
import { Conversation } from './conversation';
import { TURN_LIMITS } from './policy';
import { isSandboxTool } from './sandbox-tools';
import { toolsFor } from './tool-schemas';

/** The longest answer that is asked for: it must be over before a Lambda function has to stop. */
const MAX_OUTPUT_TOKENS = 32_000;

/** The request, its list of messages, a message, its content: one block after the other is read for the digest. */
const DEPTH_OF_BLOCKS = 4;

const BETAS = {
  compaction: 'compact-2026-01-12',
  fastMode: 'fast-mode-2026-02-01',
  thinkingBinding: 'thinking-binding-controls-2026-08-01',
} as const;

const SUMMARISE =
  'Your context is nearly full. Do not call any tool now. Write a summary of this conversation that will take its place, so ' +
  'that you can go on working with nothing else: what the user wants and has said since, in their words where these matter; ' +
  'what you did and found, with exact paths, names, commands and values; what state files and systems are in; what is ' +
  'unfinished and what the next step is. Answer with the summary alone.';

export interface ModelRequestInput {
  readonly session: Pick<SessionRecord, 'agent' | 'environmentConfig'>;
  /** What is known of the session's model. */
  readonly traits: ModelTraits;
  /** What the session's MCP servers offer. */
  readonly listing: ToolListing;
  /** The live context in order, with the events that this request takes up. */
  readonly records: readonly EventRecord[];
  /** An answer, or (for a model API that does not compact by itself) a summary that will take the context's place. */
  readonly purpose: 'turn' | 'compaction';
}

/**
 * The model request for a context. It depends on nothing else, so a recorded session can be replayed and each request
 * compared by its digest. Tools and system prompt are the same from turn to turn, and the messages only grow, so the model
 * API's cache and its check of thinking blocks see an unchanged prefix.
 *
 * @throws Error when a call has no result or there is nothing to answer: the caller must not have asked.
 */
export function buildModelRequest({ session, traits, listing, records, purpose }: ModelRequestInput): ModelRequest {
  const { model } = session.agent;
  const conversation = new Conversation(traits);
  for (const record of records) conversation.take(record);
  if (purpose === 'compaction') conversation.ask(SUMMARISE);
  const tools = toolsFor(session.agent, listing);
  const system = systemPrompt(session, tools);
  const compacts = traits.nativeCompaction && purpose === 'turn';
  const rebinds = traits.boundThinking && changesTools(records);
  const betas = [
    ...(compacts ? [BETAS.compaction] : []),
    ...(model.speed === 'fast' ? [BETAS.fastMode] : []),
    ...(rebinds ? [BETAS.thinkingBinding] : []),
  ];
  return {
    model: model.id,
    max_tokens: Math.min(traits.maxOutputTokens, MAX_OUTPUT_TOKENS),
    // The model API moves its cache marker along by itself; a marker inside of the messages would change them.
    cache_control: { type: 'ephemeral' },
    ...thinkingOf(session, traits, rebinds),
    ...(model.speed === 'fast' ? { speed: 'fast' as const } : {}),
    ...(model.inference_geo ? { inference_geo: model.inference_geo } : {}),
    ...(compacts ? { context_management: compaction(traits) } : {}),
    ...(tools.length > 0 ? { tools } : {}),
    ...(system.length > 0 ? { system } : {}),
    messages: conversation.finished(),
    ...(betas.length > 0 ? { betas } : {}),
  };
}

/** The sha256 (hex) of a request's bytes as they are sent, its beta headers among them. */
export function requestDigest(request: ModelRequest): string {
  const hash = createHash('sha256');
  for (const piece of jsonPieces(request, DEPTH_OF_BLOCKS)) hash.update(piece);
  return hash.digest('hex');
}

/** Thinking where the model decides by itself how much, with the agent's effort. */
function thinkingOf(
  { agent }: ModelRequestInput['session'],
  traits: ModelTraits,
  rebinds: boolean,
): Pick<MessageCreateParamsNonStreaming, 'thinking' | 'output_config'> {
  const effort = traits.defaultEffort && (agent.model.effort?.type ?? traits.defaultEffort);
  return {
    ...(traits.adaptiveThinking
      ? {
          thinking: {
            type: 'adaptive' as const,
            ...(rebinds ? { block_binding: { prefix_mismatch_behavior: 'drop_block' as const } } : {}),
          },
        }
      : {}),
    ...(effort ? { output_config: { effort } } : {}),
  };
}

/**
 * Whether the session's tools may have changed since the model first answered. They stand before every message, so thinking from
 * before the change no longer fits them; the model API is then told to leave that thinking out, where it would refuse the request.
 */
function changesTools(records: readonly EventRecord[]): boolean {
  const answered = records.findIndex(({ event }) => event.type === 'span.model_request_end');
  return records.some(
    ({ event, private: hidden }, i) =>
      (event.type === 'session.updated' && event.agent != null) ||
      (hidden?.listing !== undefined && answered !== -1 && i > answered),
  );
}

function compaction(traits: ModelTraits): MessageCreateParamsNonStreaming['context_management'] {
  const value = Math.floor(traits.contextWindow * TURN_LIMITS.compactAt);
  return { edits: [{ type: 'compact_20260112', trigger: { type: 'input_tokens', value } }] };
}

/** The agent's own prompt first, then what it must know of the place where its tools run. */
function systemPrompt(
  { agent, environmentConfig }: ModelRequestInput['session'],
  tools: readonly BetaToolUnion[],
): BetaTextBlockParam[] {
  const own = agent.system?.trim() ? [textBlock(agent.system)] : [];
  const inSandbox = tools.some((tool) => 'name' in tool && isSandboxTool(tool.name));
  return inSandbox ? [...own, textBlock(sandboxNote(environmentConfig.type))] : own;
}

function sandboxNote(environment: SessionRecord['environmentConfig']['type']): string {
  return environment === 'cloud'
    ? 'Your file and shell tools run in a sandbox of your own. Its working directory is normally /workspace; relative paths ' +
        'start there, and files there stay from turn to turn. A tool output of more than 100,000 characters is kept in a ' +
        'file, and you get its beginning and its path.'
    : 'Your file and shell tools run on a machine of the user. Relative paths start in its working directory.';
}
