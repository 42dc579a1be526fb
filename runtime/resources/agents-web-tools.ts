/** What an agent may say of the two web tools beside whether they run: which hosts, which sources, from where. */
import { invalid } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { Agent } from '../contract/wire';

type Toolset = Extract<Agent['tools'][number], { type: 'agent_toolset_20260401' }>;
type ToolsetParams = Extract<
  NonNullable<Operations['agents.create']['body']['tools']>[number],
  { type: 'agent_toolset_20260401' }
>;
type Config = Toolset['configs'][number];
type ConfigParams = NonNullable<ToolsetParams['configs']>[number];
type WebFetch = Extract<Config, { name: 'web_fetch' }>;
type WebSearch = Extract<Config, { name: 'web_search' }>;
type WebFetchParams = Extract<ConfigParams, { name: 'web_fetch' }>;
type WebSearchParams = Extract<ConfigParams, { name: 'web_search' }>;
type Setting = Toolset['default_config'];

type UrlSources = NonNullable<WebFetch['url_sources']>;
type UrlSourcesParams = NonNullable<WebFetchParams['url_sources']>;
type ToolFilter = NonNullable<UrlSources['client_tool_results']>;
type ToolFilterParams = UrlSourcesParams['client_tool_results'];

/** The configuration of `web_fetch` with its domains and sources (reference 3.2). `url_sources` is always echoed. */
export function resolveWebFetch(params: WebFetchParams, setting: Setting, path: string): WebFetch {
  const { max_content_tokens: tokens, url_sources: sources } = params;
  return {
    name: 'web_fetch',
    type: 'web_fetch',
    ...setting,
    url_sources: sources ? resolveUrlSources(sources, `${path}.url_sources`) : null,
    ...domainsOf(params),
    ...(tokens === undefined ? {} : { max_content_tokens: tokens }),
  };
}

/** The configuration of `web_search` with its domains and the place that results are for (reference 3.2). */
export function resolveWebSearch(params: WebSearchParams, setting: Setting, path: string): WebSearch {
  const { user_location: location } = params;
  if (location?.timezone && !isTimeZone(location.timezone)) {
    throw invalid(`${path}.user_location.timezone: must be an IANA time zone`);
  }
  return {
    name: 'web_search',
    type: 'web_search',
    ...setting,
    ...domainsOf(params),
    ...(location === undefined ? {} : { user_location: location }),
  };
}

type Domains = Pick<WebFetchParams, 'allowed_domains' | 'blocked_domains'>;

/** At most one of the two lists is there; what stands in it was checked with the request's shape. */
function domainsOf({ allowed_domains: allowed, blocked_domains: blocked }: Domains): Domains {
  return { ...(allowed ? { allowed_domains: allowed } : {}), ...(blocked ? { blocked_domains: blocked } : {}) };
}

function resolveUrlSources(params: UrlSourcesParams, path: string): UrlSources {
  const { user_input: input } = params;
  const sources: UrlSources = {
    user_input: typeof input === 'string' ? { type: input } : input ? { type: input.type } : null,
    server_tool_results: resolveFilter(params.server_tool_results, `${path}.server_tool_results`),
    client_tool_results: resolveFilter(params.client_tool_results, `${path}.client_tool_results`),
  };
  if (Object.values(sources).every((source) => source?.type === 'none')) {
    throw invalid(`${path}: at least one source must allow URLs`);
  }
  for (const name of namesOf(sources.server_tool_results)) {
    if (name !== 'web_search' && name !== 'web_fetch') {
      throw invalid(`${path}.server_tool_results: "${name}" is neither web_search nor web_fetch`);
    }
  }
  return sources;
}

function resolveFilter(params: ToolFilterParams, path: string): ToolFilter | null {
  if (params === undefined || params === null) return null;
  if (typeof params === 'string') return { type: params };
  if (params.type === 'all' || params.type === 'none') return { type: params.type };
  const names = params.tools.map(({ name }) => name);
  if (new Set(names).size < names.length) throw invalid(`${path}.tools: names a tool twice`);
  return { type: params.type, tools: names.map((name) => ({ type: 'tool_reference', name })) };
}

/** The tools that a filter names. */
export function namesOf(filter: ToolFilter | null | undefined): string[] {
  return filter && 'tools' in filter ? filter.tools.map(({ name }) => name) : [];
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
