/**
 * The content blocks of what clients send. A block that the model would refuse must not get into the log, where it would be
 * sent again with every later request; so what can be told from the block itself is checked here, and fields that the API
 * does not know are left behind.
 */
import type {
  BetaManagedAgentsDocumentBlock,
  BetaManagedAgentsImageBlock,
  BetaManagedAgentsSearchResultBlock,
  BetaManagedAgentsTextBlock,
  BetaManagedAgentsUserMessageEventParams,
} from '@anthropic-ai/sdk/resources/beta/sessions/events';
import { invalid } from '../contract/errors';
import type { EventOf, ToolResultContent } from '../contract/wire';

type MessageContent = EventOf<'user.message'>['content'];
type SystemContent = EventOf<'system.message'>['content'];

const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const DOCUMENT_TYPES = ['application/pdf'];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The blocks of a message, of which there is at least one. `at` is the path that errors name. */
export function messageContent(blocks: BetaManagedAgentsUserMessageEventParams['content'], at: string): MessageContent {
  if (blocks.length === 0) throw invalid(`${at}: value is required`);
  return blocks.map((block, i) => {
    if (block.type === 'redacted') throw invalid(`${at}.${i}: a redacted block cannot be sent`);
    return commonBlock(block, `${at}.${i}`);
  });
}

/** The blocks of a tool's result. There may be none, but an empty text block is refused (reference 6.2). */
export function resultContent(blocks: ToolResultContent, at: string): ToolResultContent {
  return blocks.map((block, i) =>
    block.type === 'search_result' ? searchResult(block, `${at}.${i}`) : commonBlock(block, `${at}.${i}`),
  );
}

/** The text items of a system message. */
export function systemContent(blocks: SystemContent, at: string): SystemContent {
  if (blocks.length === 0) throw invalid(`${at}: value is required`);
  return blocks.map((block, i) => textBlock(block, `${at}.${i}`));
}

type CommonBlock = BetaManagedAgentsTextBlock | BetaManagedAgentsImageBlock | BetaManagedAgentsDocumentBlock;

function commonBlock(block: CommonBlock, at: string): CommonBlock {
  switch (block.type) {
    case 'text':
      return textBlock(block, at);
    case 'image':
      return { type: 'image', source: imageSource(block.source, `${at}.source`) };
    case 'document':
      return {
        type: 'document',
        source: documentSource(block.source, `${at}.source`),
        ...(typeof block.title === 'string' ? { title: block.title } : {}),
        ...(typeof block.context === 'string' ? { context: block.context } : {}),
      };
  }
}

function textBlock({ text }: { text: string }, at: string): BetaManagedAgentsTextBlock {
  return { type: 'text', text: required(text, `${at}.text`) };
}

function searchResult(block: BetaManagedAgentsSearchResultBlock, at: string): BetaManagedAgentsSearchResultBlock {
  return {
    type: 'search_result',
    source: required(block.source, `${at}.source`),
    title: required(block.title, `${at}.title`),
    content: block.content.map((item, i) => textBlock(item, `${at}.content.${i}`)),
    citations: { enabled: block.citations.enabled },
  };
}

function imageSource(source: BetaManagedAgentsImageBlock['source'], at: string): BetaManagedAgentsImageBlock['source'] {
  switch (source.type) {
    case 'base64':
      return { type: 'base64', ...encoded(source, IMAGE_TYPES, at) };
    case 'url':
      return { type: 'url', url: webAddress(source.url, `${at}.url`) };
    case 'file':
      throw noSuchFile(source.file_id, at);
  }
}

type DocumentSource = BetaManagedAgentsDocumentBlock['source'];

function documentSource(source: DocumentSource, at: string): DocumentSource {
  switch (source.type) {
    case 'base64':
      return { type: 'base64', ...encoded(source, DOCUMENT_TYPES, at) };
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: required(source.data, `${at}.data`) };
    case 'url':
      return { type: 'url', url: webAddress(source.url, `${at}.url`) };
    case 'file':
      throw noSuchFile(source.file_id, at);
  }
}

function encoded(
  source: { data: string; media_type: string },
  allowed: readonly string[],
  at: string,
): { data: string; media_type: string } {
  if (!allowed.includes(source.media_type)) throw invalid(`${at}.media_type: must be one of ${allowed.join(', ')}`);
  required(source.data, `${at}.data`);
  if (!BASE64.test(source.data) || source.data.length % 4 === 1) throw invalid(`${at}.data: must be base64`);
  return { data: source.data, media_type: source.media_type };
}

function webAddress(text: string, at: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) throw invalid(`${at}: must be an http(s) URL`);
  return text;
}

/** There is no Files API yet, so an id of a file names nothing. */
const noSuchFile = (fileId: string, at: string) => invalid(`${at}.file_id: file \`${fileId}\` not found`);

function required(text: string, at: string): string {
  if (text === '') throw invalid(`${at}: value is required`);
  return text;
}
