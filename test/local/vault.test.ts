import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, startCommand } from '../support/command';
import { McpServer } from '../support/oauth-servers';

let dataDirectory: string;
let mcp: McpServer;
beforeEach(async () => {
  [dataDirectory, mcp] = await Promise.all([mkdtemp(join(tmpdir(), 'command-')), McpServer.start()]);
});
afterEach(async () => {
  await mcp.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

describe('the vault of one machine', () => {
  test('keeps secrets over a restart, and sends them to private hosts only when told so', async () => {
    const first = await startCommand(dataDirectory, '--no-sample');
    const { id: vault_id } = await first.client.beta.vaults.create({ display_name: 'kept' });
    const { id } = await first.client.beta.vaults.credentials.create(vault_id, {
      auth: { type: 'mcp_oauth', mcp_server_url: mcp.url, access_token: 'access-0' },
    });
    const refused = await first.client.beta.vaults.credentials.mcpOAuthValidate(id, { vault_id });
    expect(refused).toMatchObject({ status: 'unknown', mcp_probe: { http_response: null } });
    expect(mcp.tokens).toEqual([]);
    await first.end('SIGTERM');

    const second = await startCommand(dataDirectory, '--no-sample', '--private-host', '127.0.0.1');
    const tried = await second.client.beta.vaults.credentials.mcpOAuthValidate(id, { vault_id });
    expect(tried).toMatchObject({ status: 'valid', mcp_probe: null });
    expect(new Set(mcp.tokens)).toEqual(new Set(['access-0']));
    for (const file of ['secret-key', 'audit.jsonl']) {
      expect((await stat(join(dataDirectory, file))).mode & 0o077).toBe(0);
    }
    await second.end('SIGTERM');
  });

  test.each(['http://127.0.0.1', '127.0.0.1:8000', '', '*'])('takes no %j for a host', async (host) => {
    const { code, stderr } = await runCommand('start', '--data', dataDirectory, '--private-host', host);
    expect(code).not.toBe(0);
    expect(stderr).toContain('name a host');
  });
});
