import { invalid } from '../contract/errors';
import { isHostPattern } from '../contract/hosts';
import type { Operations } from '../contract/operations';
import type { Environment } from '../contract/wire';

type Config = Environment['config'];
type CloudConfig = Extract<Config, { type: 'cloud' }>;
type Networking = CloudConfig['networking'];
type Packages = CloudConfig['packages'];
type ConfigParams = NonNullable<Operations['environments.update']['body']['config']>;
type CloudParams = Extract<ConfigParams, { type: 'cloud' }>;

/** The package managers in the order in which they run (reference 4). */
const PACKAGE_MANAGERS = ['apt', 'cargo', 'gem', 'go', 'npm', 'pip'] as const;
const MAX_PACKAGE = 512;
/** A package's name becomes an argument of its manager's command line: it may not read as an option or end the line. */
const PACKAGE = /^[^-\s\p{Cc}][^\p{Cc}]*$/u;

const UNRESTRICTED: Networking = { type: 'unrestricted' };
const NO_PACKAGES: Packages = { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] };

/** What an environment is that says nothing of its configuration (reference 4). */
export const DEFAULT_CONFIG: Config = { type: 'cloud', networking: UNRESTRICTED, packages: NO_PACKAGES };

/**
 * The configuration that a request asks for. Of a `cloud` configuration, what is left out keeps its stored value, or its
 * default when there is none.
 *
 * @throws ApiError 400, with `invalid_config_type_change` when the type would change; for a host that is not bare; for packages
 * that the network would keep from being installed.
 */
export function resolveConfig(params: ConfigParams, current?: Config): Config {
  if (current && params.type !== current.type) {
    throw invalid(
      `config.type: cannot change from ${current.type} to ${params.type} after creation`,
      'invalid_config_type_change',
    );
  }
  if (params.type === 'self_hosted') return { type: 'self_hosted' };
  const stored = current?.type === 'cloud' ? current : { networking: UNRESTRICTED, packages: NO_PACKAGES };
  const networking = params.networking ? resolveNetworking(params.networking, stored.networking) : stored.networking;
  const packages = params.packages ? resolvePackages(params.packages) : stored.packages;
  const some = PACKAGE_MANAGERS.some((manager) => packages[manager].length > 0);
  if (some && networking.type === 'limited' && !networking.allow_package_managers) {
    throw invalid('config.packages: under limited networking, packages require networking.allow_package_managers=true');
  }
  return { type: 'cloud', networking, packages };
}

function resolveNetworking(params: NonNullable<CloudParams['networking']>, stored: Networking): Networking {
  if (params.type === 'unrestricted') return UNRESTRICTED;
  const before = stored.type === 'limited' ? stored : undefined;
  for (const [i, host] of (params.allowed_hosts ?? []).entries()) {
    if (isHostPattern(host)) continue;
    throw invalid(
      `config.networking.allowed_hosts.${i}: must be a bare host or *.domain, without scheme, port or path`,
    );
  }
  return {
    type: 'limited',
    allowed_hosts: params.allowed_hosts ?? before?.allowed_hosts ?? [],
    allow_mcp_servers: params.allow_mcp_servers ?? before?.allow_mcp_servers ?? false,
    allow_package_managers: params.allow_package_managers ?? before?.allow_package_managers ?? false,
  };
}

function resolvePackages(params: NonNullable<CloudParams['packages']>): Packages {
  const packages: Packages = { ...NO_PACKAGES };
  for (const manager of PACKAGE_MANAGERS) {
    const names = params[manager] ?? [];
    for (const [i, name] of names.entries()) {
      if (name.length > MAX_PACKAGE || !PACKAGE.test(name)) {
        throw invalid(`config.packages.${manager}.${i}: is not the name of a package`);
      }
    }
    packages[manager] = names;
  }
  return packages;
}
