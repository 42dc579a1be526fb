/** Result content: what an MCP tool gave, in the blocks of an event (reference 6.3). Pure. */
import { isRecord } from '../contract/json';
import type { ToolResultContent } from '../contract/wire';

type Block = ToolResultContent[number];
type Given = Record<string, unknown>;

const IMAGES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const PDF = 'application/pdf';
/** The text of a result beyond this is cut off, as it is for a tool of a sandbox (reference 7.7). */
const LONGEST_TEXT = 100_000;
/** The largest image or document that is passed on, in base64 characters: what the model API takes. */
const LONGEST_BASE64 = 5 * 1024 * 1024;
const MOST_BLOCKS = 100;

/** The blocks of a result. What the model cannot be shown is told in words. */
export function resultContent(result: Given): Block[] {
  const given = Array.isArray(result.content) ? result.content : [];
  const blocks = given.slice(0, MOST_BLOCKS).map((one) => (isRecord(one) ? blockOf(one) : unknownBlock('unknown')));
  if (blocks.length === 0 && isRecord(result.structuredContent)) {
    blocks.push(text(JSON.stringify(result.structuredContent)));
  }
  return withinLength(blocks);
}

function blockOf(given: Given): Block {
  switch (given.type) {
    case 'text':
      return text(textOf(given.text));
    case 'image':
      return mediaBlock(textOf(given.mimeType), textOf(given.data));
    case 'audio':
      return hidden('audio', textOf(given.mimeType), textOf(given.data));
    case 'resource':
      return isRecord(given.resource) ? resourceBlock(given.resource) : unknownBlock('resource');
    case 'resource_link':
      return text(linkText(given));
    default:
      return unknownBlock(textOf(given.type));
  }
}

function resourceBlock(resource: Given): Block {
  const title = textOf(resource.uri).slice(0, 500);
  if (typeof resource.text === 'string') {
    return titled(title, { type: 'text', media_type: 'text/plain', data: resource.text });
  }
  const [type, data] = [textOf(resource.mimeType), textOf(resource.blob)];
  if (type === PDF && data.length <= LONGEST_BASE64) {
    return titled(title, { type: 'base64', media_type: PDF, data });
  }
  return mediaBlock(type, data);
}

const titled = (title: string, source: Extract<Block, { type: 'document' }>['source']): Block => ({
  type: 'document',
  source,
  ...(title === '' ? {} : { title }),
});

function mediaBlock(mediaType: string, data: string): Block {
  if (!IMAGES.includes(mediaType) || data === '' || data.length > LONGEST_BASE64)
    return hidden('file', mediaType, data);
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
}

const hidden = (what: string, mediaType: string, data: string): Block =>
  text(
    `[${what === 'audio' ? 'Audio' : 'A file'} of the type ${mediaType || 'unknown'}, ${bytesOf(data)} bytes, which cannot be shown]`,
  );

const unknownBlock = (type: string): Block =>
  text(`[Content of the type ${type.slice(0, 100)}, which cannot be shown]`);

function linkText({ name, uri, mimeType, description }: Given): string {
  const about = [textOf(mimeType), textOf(description)].filter((part) => part !== '').join(', ');
  return `[Link to ${textOf(name) || 'a resource'}: ${textOf(uri)}${about === '' ? '' : ` (${about})`}]`;
}

/** Cuts the texts of the blocks, all together, to what a result may hold. */
function withinLength(blocks: readonly Block[]): Block[] {
  let left = LONGEST_TEXT;
  return blocks.map((block) => {
    if (block.type === 'text') {
      const [kept, cut] = cutTo(left, block.text);
      left -= kept.length;
      return { ...block, text: kept + cut };
    }
    if (block.type === 'document' && block.source.type === 'text') {
      const [kept, cut] = cutTo(left, block.source.data);
      left -= kept.length;
      return { ...block, source: { ...block.source, data: kept + cut } };
    }
    return block;
  });
}

function cutTo(length: number, whole: string): [kept: string, note: string] {
  if (whole.length <= length) return [whole, ''];
  return [whole.slice(0, length), `\n[${whole.length - length} more characters were cut off]`];
}

const text = (words: string): Block => ({ type: 'text', text: words });
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const bytesOf = (base64: string): number => Math.floor((base64.length * 3) / 4);
