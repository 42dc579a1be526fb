import { MICROS_PER_SECOND, type Clock } from '../contract/time';
import { previewKey, previewNameOf, previewRange, threadPartition } from './keys';
import type { ThreadLog } from './ports';
import type { PreviewChunk } from './records';
import type { Item, Table } from './table';
import { EXPIRES_AT } from './tables';

const MICROS_DIGITS = 16;
const INDEX_DIGITS = 8;

const timePart = (at: number): string => String(at).padStart(MICROS_DIGITS, '0');

/** Previews of a message under way. The database may drop them late or, on one machine, never; readers skip what has expired. */
export function createPreviews(table: Table, clock: Clock): Pick<ThreadLog, 'putPreview' | 'readPreviews'> {
  return {
    async putPreview(ref, chunk, at, expiresAt) {
      const name = `${timePart(at)}#${encodeURIComponent(chunk.eventId)}#${String(chunk.index).padStart(INDEX_DIGITS, '0')}`;
      await table.set({
        ...previewKey(ref, name),
        event_id: chunk.eventId,
        event_type: chunk.eventType,
        chunk_index: chunk.index,
        chunk_text: chunk.text,
        [EXPIRES_AT]: Math.ceil(expiresAt / MICROS_PER_SECOND),
      });
    },

    async readPreviews(ref, since, afterKey) {
      const now = clock.now() / MICROS_PER_SECOND;
      const from = afterKey !== undefined && afterKey > timePart(since) ? afterKey : timePart(since);
      const chunks: PreviewChunk[] = [];
      const query = { partition: threadPartition(ref), ...previewRange(from), eventual: true };
      for await (const item of table.query(query)) {
        const chunk = toChunk(item);
        if (chunk.key !== afterKey && Number(item[EXPIRES_AT]) > now) chunks.push(chunk);
      }
      return chunks;
    },
  };
}

function toChunk(item: Item): PreviewChunk {
  return {
    key: previewNameOf(item.sk),
    eventId: String(item.event_id),
    eventType: item.event_type === 'agent.thinking' ? 'agent.thinking' : 'agent.message',
    index: Number(item.chunk_index),
    text: String(item.chunk_text),
  };
}
