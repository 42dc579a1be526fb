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

const MAX_DOMAIN = 253;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** At least two labels, the last not a number: neither a top-level domain, nor `localhost`, nor an address. */
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.(?!\\d+$)${LABEL}$`, 'i');
const PATH_SUFFIX = /^\/[^\s?#]*$/;
const COUNTRY = /^[A-Z]{2}$/;

/** The configuration of `web_fetch` with its domain rules and sources (reference 3.2). `url_sources` is always echoed. */
export function resolveWebFetch(params: WebFetchParams, setting: Setting, path: string): WebFetch {
  const { max_content_tokens: tokens, url_sources: sources } = params;
  if (typeof tokens === 'number' && tokens <= 0) throw invalid(`${path}.max_content_tokens: must be greater than 0`);
  return {
    name: 'web_fetch',
    type: 'web_fetch',
    ...setting,
    url_sources: sources ? resolveUrlSources(sources, `${path}.url_sources`) : null,
    ...resolveDomains(params, path, (domain) => DOMAIN.test(domain)),
    ...(tokens === undefined ? {} : { max_content_tokens: tokens }),
  };
}

/** The configuration of `web_search`: its domains may carry a path (reference 3.2). */
export function resolveWebSearch(params: WebSearchParams, setting: Setting, path: string): WebSearch {
  if (params.user_location) checkLocation(params.user_location, `${path}.user_location`);
  return {
    name: 'web_search',
    type: 'web_search',
    ...setting,
    ...resolveDomains(params, path, (domain) => {
      const slash = domain.indexOf('/');
      return slash < 0
        ? DOMAIN.test(domain)
        : DOMAIN.test(domain.slice(0, slash)) && PATH_SUFFIX.test(domain.slice(slash));
    }),
    ...(params.user_location === undefined ? {} : { user_location: params.user_location }),
  };
}

type Domains = Pick<WebFetchParams, 'allowed_domains' | 'blocked_domains'>;

function resolveDomains(params: Domains, path: string, isDomain: (text: string) => boolean): Domains {
  const { allowed_domains: allowed, blocked_domains: blocked } = params;
  if (allowed && blocked) throw invalid('Only one of allowed_domains or blocked_domains may be set.');
  const lists = { ...(allowed ? { allowed_domains: allowed } : {}), ...(blocked ? { blocked_domains: blocked } : {}) };
  for (const [field, domains] of Object.entries(lists)) {
    if (domains.length === 0) {
      throw invalid(`${field}: Empty list of domains is ambiguous. Provide at least one domain or null.`);
    }
    for (const [i, domain] of domains.entries()) {
      if (domain.length > MAX_DOMAIN || !isDomain(domain)) {
        throw invalid(`${path}.${field}.${i}: must be a plain hostname like "docs.example.com"`);
      }
    }
  }
  return lists;
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
  if (names.length === 0) throw invalid(`${path}.tools: must name at least one tool`);
  if (new Set(names).size < names.length) throw invalid(`${path}.tools: names a tool twice`);
  return { type: params.type, tools: names.map((name) => ({ type: 'tool_reference', name })) };
}

/** The tools that a filter names. */
export function namesOf(filter: ToolFilter | null | undefined): string[] {
  return filter && 'tools' in filter ? filter.tools.map(({ name }) => name) : [];
}

function checkLocation(location: NonNullable<WebSearchParams['user_location']>, path: string): void {
  const { country, timezone } = location;
  if (country && !COUNTRY.test(country)) throw invalid(`${path}.country: must be a two-letter uppercase country code`);
  if (timezone && !isTimeZone(timezone)) throw invalid(`${path}.timezone: must be an IANA time zone`);
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
