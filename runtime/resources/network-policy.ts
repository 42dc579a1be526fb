import { invalid } from '../contract/errors';
import { coversHost } from '../contract/hosts';
import type { Environment, SessionAgent } from '../contract/wire';

/**
 * A session whose agent declares MCP servers that the environment would block is not created (reference 4). Self-hosted
 * sandboxes have their own network, and MCP is dialled from here, so nothing is checked for them.
 *
 * @throws ApiError 400 naming each server and its host.
 */
export function admitServers(servers: SessionAgent['mcp_servers'], config: Environment['config']): void {
  if (config.type !== 'cloud' || config.networking.type !== 'limited' || config.networking.allow_mcp_servers) return;
  const { allowed_hosts: allowed } = config.networking;
  const blocked = servers
    .map(({ name, url }) => ({ name, host: new URL(url).hostname }))
    .filter(({ host }) => !allowed.some((pattern) => coversHost(pattern, host)));
  if (blocked.length === 0) return;
  const list = blocked.map(({ name, host }) => `"${name}" (${host})`).join(', ');
  throw invalid(
    `MCP server host(s) blocked by environment network policy: ${list}. Add these hosts to the environment's allowed_hosts, or set allow_mcp_servers=true.`,
  );
}
