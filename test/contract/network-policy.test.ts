import { allowedHosts, isAllowed } from '../../runtime/contract/network-policy';
import type { Environment } from '../../runtime/contract/wire';

const packages = { type: 'packages' as const, apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] };
const limited = (parts: { allow_mcp_servers?: boolean; allow_package_managers?: boolean }): Environment['config'] => ({
  type: 'cloud',
  packages,
  networking: {
    type: 'limited',
    allowed_hosts: ['api.example.com', '*.example.org'],
    allow_mcp_servers: false,
    allow_package_managers: false,
    ...parts,
  },
});
const servers = [{ type: 'url' as const, name: 'wiki', url: 'https://mcp.wiki.example/mcp' }];
const reaches = (config: Environment['config'], host: string): boolean =>
  isAllowed(allowedHosts(config, servers), host);

describe('the network policy of a session', () => {
  it('allows the hosts that it lists, and those below a wildcard', () => {
    const config = limited({});
    for (const host of ['api.example.com', 'API.example.com', 'a.example.org', 'a.b.example.org']) {
      expect(reaches(config, host)).toBe(true);
    }
    for (const host of ['example.com', 'x.api.example.com', 'example.org', 'badexample.org', 'mcp.wiki.example']) {
      expect(reaches(config, host)).toBe(false);
    }
  });

  it('allows the hosts of MCP servers, and of packages, where it says so', () => {
    expect(reaches(limited({ allow_mcp_servers: true }), 'mcp.wiki.example')).toBe(true);
    for (const host of ['registry.npmjs.org', 'pypi.org', 'files.pythonhosted.org', 'static.crates.io', 'github.com']) {
      expect(reaches(limited({}), host)).toBe(false);
      expect(reaches(limited({ allow_package_managers: true }), host)).toBe(true);
    }
    expect(reaches(limited({ allow_package_managers: true }), 'notpypi.org')).toBe(false);
  });

  it('allows everything where it is not limited', () => {
    expect(reaches({ type: 'cloud', networking: { type: 'unrestricted' }, packages }, 'any.example')).toBe(true);
    expect(reaches({ type: 'self_hosted' }, 'any.example')).toBe(true);
  });
});
