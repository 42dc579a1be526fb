/** Content blocks: what a client or a tool sent, in the form in which the model API takes it. Pure. */
import type {
  BetaContentBlockParam,
  BetaImageBlockParam,
  BetaRequestDocumentBlock,
  BetaTextBlockParam,
  BetaToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { EventOf, ToolResultContent } from '../contract/wire';

type MessageBlock = EventOf<'user.message'>['content'][number];
type ImageBlock = Extract<MessageBlock, { type: 'image' }>;
type DocumentBlock = Extract<MessageBlock, { type: 'document' }>;
type ResultBlock = Exclude<BetaToolResultBlockParam['content'], string | undefined>[number];

/** The model API refuses empty text, so a result without any says that it has none (reference 6.2). */
const NO_OUTPUT: BetaTextBlockParam = { type: 'text', text: '(no output)' };

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

export const textBlock = (text: string): BetaTextBlockParam => ({ type: 'text', text });

/** Whether the model API would take the text: it refuses a block without anything to read. */
export const hasText = (block: { text: string }): boolean => block.text.trim() !== '';

/** The blocks of a `user.message`. */
export function messageBlocks(content: readonly MessageBlock[]): BetaContentBlockParam[] {
  return content.flatMap((block): BetaContentBlockParam[] => {
    switch (block.type) {
      case 'text':
        return hasText(block) ? [textBlock(block.text)] : [];
      case 'image':
        return [imageBlock(block)];
      case 'document':
        return [documentBlock(block)];
      case 'redacted':
        return [];
    }
  });
}

/** A tool's answer under the model's own id of the call. Of an error the model API takes only text. */
export function toolResultBlock(
  modelId: string,
  content: ToolResultContent | undefined,
  isError: boolean,
): BetaToolResultBlockParam {
  const blocks = (content ?? []).flatMap((block) => resultBlock(block) ?? []);
  const allowed = isError ? blocks.filter(({ type }) => type === 'text') : blocks;
  return {
    type: 'tool_result',
    tool_use_id: modelId,
    content: allowed.length > 0 ? allowed : [NO_OUTPUT],
    ...(isError ? { is_error: true } : {}),
  };
}

function resultBlock(block: ToolResultContent[number]): ResultBlock | undefined {
  switch (block.type) {
    case 'text':
      return hasText(block) ? textBlock(block.text) : undefined;
    case 'image':
      return imageBlock(block);
    case 'document':
      return documentBlock(block);
    case 'search_result': {
      const found = block.content.filter(hasText).map(({ text }) => textBlock(text));
      return {
        type: 'search_result',
        source: block.source,
        title: block.title,
        content: found.length > 0 ? found : [NO_OUTPUT],
        citations: { enabled: block.citations.enabled },
      };
    }
  }
}

/** An image, or a sentence in its place when the model API does not take its kind. */
function imageBlock({ source }: ImageBlock): BetaImageBlockParam | BetaTextBlockParam {
  if (source.type === 'url') return { type: 'image', source: { type: 'url', url: source.url } };
  if (source.type === 'file') return { type: 'image', source: { type: 'file', file_id: source.file_id } };
  const mediaType = IMAGE_TYPES.find((known) => known === source.media_type);
  return mediaType
    ? { type: 'image', source: { type: 'base64', media_type: mediaType, data: source.data } }
    : textBlock(`[An image of the type ${source.media_type}, which cannot be shown]`);
}

function documentBlock(block: DocumentBlock): BetaRequestDocumentBlock | BetaTextBlockParam {
  const source = documentSource(block.source);
  if (!source) return textBlock('[A document of a type that cannot be shown]');
  return {
    type: 'document',
    source,
    ...(block.title ? { title: block.title } : {}),
    ...(block.context ? { context: block.context } : {}),
  };
}

/** In base64 the model API takes PDF only; text that came so is decoded. */
function documentSource(source: DocumentBlock['source']): BetaRequestDocumentBlock['source'] | undefined {
  switch (source.type) {
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      return { type: 'file', file_id: source.file_id };
    case 'base64':
      if (source.media_type === 'application/pdf') {
        return { type: 'base64', media_type: 'application/pdf', data: source.data };
      }
      return source.media_type.startsWith('text/')
        ? { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString('utf8') }
        : undefined;
  }
}
