/** MCP servers as the harness sees them. */
import type { SessionAgent, ToolResultContent } from '../contract/wire';
import type { ListedTool } from '../store/records';
import type { SessionRef } from '../vault/ports';

export type McpServer = SessionAgent['mcp_servers'][number];

/** What became of dialling a server: its tools, or why the turn goes on without them (reference 5.8). */
export type DialledServer =
  | { readonly server: string; readonly tools: readonly ListedTool[]; readonly failure?: undefined }
  | { readonly server: string; readonly failure: 'authentication' | 'connection'; readonly message: string };

export interface ServerCall {
  readonly server: McpServer;
  /** The tool's name as its server knows it. */
  readonly tool: string;
  readonly input: Record<string, unknown>;
  /** Whether it may be made a second time when the first one's outcome is unknown. */
  readonly repeatable: boolean;
  /** How long the whole of it may take. */
  readonly timeoutMs: number;
}

/** What a tool gave, or what went wrong: in words that the model can use. */
export interface CallResult {
  readonly content: ToolResultContent;
  readonly isError: boolean;
}

/** The connections of one wake to the MCP servers of its session. */
export interface McpConnections {
  /** Connects to each server anew and lists its tools. Takes a few seconds at most; never rejects. */
  dial(servers: readonly McpServer[], signal: AbortSignal): Promise<DialledServer[]>;
  /**
   * Makes a call. Never rejects: an error is a result. Undefined when the signal ended it, and nothing is known.
   */
  call(call: ServerCall, signal: AbortSignal): Promise<CallResult | undefined>;
  /** The session's credentials whose hosts its network policy does not cover. None, where that cannot be found out; never rejects. */
  unreachable(): Promise<readonly { readonly vaultId: string; readonly credentialId: string }[]>;
  /** Ends the connections. Never rejects. */
  close(): Promise<void>;
}

export interface McpClient {
  /** Nothing is dialled yet. */
  connect(session: SessionRef): McpConnections;
}
