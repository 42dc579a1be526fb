import type { Environment, SessionAgent } from './wire';
import { coversHost } from './hosts';

/**
 * Where package managers get what they install: the registries of the six that an environment may name packages of, of the other
 * common ones, and the hosts of code that their packages point at (reference 4).
 */
const PACKAGE_DOMAINS = [
  ['npmjs.org', 'npmjs.com', 'yarnpkg.com', 'pypi.org', 'pythonhosted.org', 'crates.io', 'rust-lang.org'],
  ['rubygems.org', 'golang.org', 'ubuntu.com', 'debian.org', 'maven.org', 'maven.apache.org', 'gradle.org'],
  ['packagist.org', 'github.com', 'githubusercontent.com', 'gitlab.com', 'bitbucket.org', 'docker.io', 'docker.com'],
].flat();

const PACKAGE_HOSTS: readonly string[] = PACKAGE_DOMAINS.flatMap((domain) => [domain, `*.${domain}`]);

/**
 * The patterns of the hosts that a sandbox may reach; undefined where its network is not limited.
 *
 * @param config the environment's configuration as the session captured it (reference 4).
 * @param servers the MCP servers of the session's agent.
 */
export function allowedHosts(
  config: Environment['config'],
  servers: SessionAgent['mcp_servers'],
): readonly string[] | undefined {
  if (config.type !== 'cloud' || config.networking.type !== 'limited') return undefined;
  const {
    allowed_hosts: hosts,
    allow_mcp_servers: withServers,
    allow_package_managers: withPackages,
  } = config.networking;
  return [
    ...hosts,
    ...(withServers ? servers.map(({ url }) => new URL(url).hostname) : []),
    ...(withPackages ? PACKAGE_HOSTS : []),
  ];
}

/** Whether a policy lets a host be reached. */
export const isAllowed = (allowed: readonly string[] | undefined, host: string): boolean =>
  allowed === undefined || allowed.some((pattern) => coversHost(pattern, host));
