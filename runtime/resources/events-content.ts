/**
 * What the request's shape does not say about the content that clients send. A block that the model would refuse must not get
 * into the log, where it would go out again with every later request.
 */
import { invalid } from '../contract/errors';
import type { EventOf, ToolResultContent } from '../contract/wire';

type Block = EventOf<'user.message'>['content'][number] | ToolResultContent[number];

/** What the Messages API takes as a document in base64; plain text has a source of its own. */
const ENCODED_DOCUMENT = 'application/pdf';

/**
 * Looks at the blocks of a message or of a tool's result.
 *
 * @param at the path that an error names.
 * @throws ApiError 400 for a block that clients may not send, and for a source that cannot be used.
 */
export function checkContent(blocks: readonly Block[], at: string): void {
  for (const [i, block] of blocks.entries()) {
    if (block.type === 'redacted') throw invalid(`${at}.${i}: a redacted block cannot be sent`);
    if (block.type === 'image' || block.type === 'document') checkSource(block, `${at}.${i}.source`);
  }
}

function checkSource(block: Extract<Block, { type: 'image' | 'document' }>, at: string): void {
  const { source } = block;
  // There is no Files API yet, so no id names a file.
  if (source.type === 'file') throw invalid(`${at}.file_id: file \`${source.file_id}\` not found`);
  if (source.type !== 'base64') return;
  if (block.type === 'document' && source.media_type !== ENCODED_DOCUMENT) {
    throw invalid(`${at}.media_type: must be ${ENCODED_DOCUMENT}`);
  }
  if (source.data.replace(/=+$/, '').length % 4 === 1) throw invalid(`${at}.data: must be base64`);
}
