import type { Readable, Writable } from 'node:stream';
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { runRunnableTool, toolName } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import type { OutputFiles } from './output-files';
import {
  encodeLine,
  LineSplitter,
  MAX_REQUEST_BYTES,
  parseRequest,
  type HostReply,
  type HostRequest,
} from './protocol';

export interface ToolHostOptions {
  readonly tools: readonly BetaRunnableTool[];
  readonly input: Readable;
  readonly output: Writable;
  /** Where outputs go that are too long for a result. */
  readonly files: OutputFiles;
}

/**
 * Runs tools for the supervisor on the other end of the streams, until the input ends. Then it stops what still runs and
 * closes the tools.
 *
 * @throws RangeError when a request is longer than the protocol allows.
 */
export async function serveTools({ tools, input, output, files }: ToolHostOptions): Promise<void> {
  const byName = new Map(tools.map((tool) => [toolName(tool), tool]));
  const running = new Map<string, AbortController>();
  const reply = (message: HostReply): void => void output.write(encodeLine(message));

  async function call({ id, name, input: args }: Extract<HostRequest, { type: 'call' }>): Promise<void> {
    const tool = byName.get(name);
    if (!tool) return reply({ type: 'result', id, output: `There is no tool named ${name}.`, isError: true });
    const controller = new AbortController();
    running.set(id, controller);
    const recording = files.record(id, name);
    const toolUse = { type: 'tool_use', id, name, input: args } as const;
    const context = { toolUse, toolUseBlock: toolUse, signal: controller.signal };
    const { content, isError } = await runRunnableTool(tool, args, context);
    running.delete(id);
    reply({ type: 'result', id, output: recording.finish(content), isError });
  }

  function take(line: string): void {
    const request = parseRequest(line);
    if (request?.type === 'call') void call(request);
    else if (request) running.get(request.id)?.abort();
  }

  reply({ type: 'ready' });
  const lines = new LineSplitter(MAX_REQUEST_BYTES);
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) for (const line of lines.push(chunk)) take(line);
  } finally {
    for (const controller of running.values()) controller.abort();
    await Promise.all(tools.map((tool) => tool.close?.()));
  }
}
