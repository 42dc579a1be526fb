import type { BetaContentBlock } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { ToolResultContent } from '../contract/wire';
import type { ModelResponse } from '../model/port';

/** The result of a tool that the model API ran by itself (`web_search`, `web_fetch`), in the wire's blocks (reference 7.7). */
export interface ModelToolResult {
  readonly modelId: string;
  readonly content: ToolResultContent;
  readonly isError: boolean;
}

/** The results of the model API's own tools among a response's blocks, in order. */
export function modelToolResults(response: Pick<ModelResponse, 'blocks'>): ModelToolResult[] {
  return response.blocks.flatMap((block) => resultOf(block) ?? []);
}

function resultOf(block: BetaContentBlock): ModelToolResult | undefined {
  if (block.type === 'web_search_tool_result') {
    if (!Array.isArray(block.content)) return failed(block.tool_use_id, 'Web search', block.content.error_code);
    return {
      modelId: block.tool_use_id,
      isError: false,
      content: block.content.map((found) => ({
        type: 'search_result',
        source: found.url,
        title: found.title,
        // The page's text stays encrypted for the model; what the API tells openly is where it is and how old.
        content: [
          { type: 'text', text: found.page_age ? `${found.title} (${found.page_age})` : found.title || found.url },
        ],
        citations: { enabled: true },
      })),
    };
  }
  if (block.type === 'web_fetch_tool_result') {
    const { content } = block;
    if (content.type !== 'web_fetch_result') return failed(block.tool_use_id, 'Web fetch', content.error_code);
    const { source, title } = content.content;
    const document =
      source.type === 'text'
        ? { type: 'text' as const, media_type: 'text/plain' as const, data: source.data }
        : { type: 'base64' as const, media_type: source.media_type, data: source.data };
    return {
      modelId: block.tool_use_id,
      isError: false,
      content: [{ type: 'document', title: title ?? content.url, source: document }],
    };
  }
  return undefined;
}

const failed = (modelId: string, tool: string, code: string): ModelToolResult => ({
  modelId,
  isError: true,
  content: [{ type: 'text', text: `${tool} error: ${code}` }],
});
