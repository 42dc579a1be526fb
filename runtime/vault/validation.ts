import type { CredentialValidation } from '../contract/wire';
import type { CredentialRef } from '../store/vault-ports';
import { secretsOf, type OAuthEntry } from './entry';
import { probeServer, type ProbeOutcome } from './mcp-probe';
import type { Outbound, OutboundResponse } from './outbound';
import type { ValidationResult } from './ports';
import type { Refresher, RefreshResult } from './refresher';
import { scrub, type Secret } from './secret';

type Shown = NonNullable<NonNullable<CredentialValidation['mcp_probe']>['http_response']>;
type Status = CredentialValidation['status'];

/** How much of a foreign server's answer is shown. */
const SHOWN_BODY = 2_048;
const SHOWN_TYPE = 128;
const TOO_MANY = 429;
const UNAUTHORIZED = 401;

/**
 * Tries a credential at its server; a 401 is followed by one refresh and, when that gives tokens, one more try (reference 8).
 * This is the owner's word: tokens whose last refresh ended nobody knows how are tried again.
 */
export async function validateEntry(
  { outbound, refresher }: { readonly outbound: Outbound; readonly refresher: Refresher },
  ref: CredentialRef,
  entry: OAuthEntry,
): Promise<ValidationResult> {
  const first = await probeServer(outbound, entry.serverUrl, entry.accessToken);
  const before = { has_refresh_token: entry.refresh !== null };
  if (!isUnauthorized(first)) {
    return { ...before, status: statusOf(first), mcp_probe: shownProbe(first, secretsOf(entry)), refresh: null };
  }
  const renewal = await refresher.refresh(ref, { unless: entry.serial, force: true });
  const current = renewal?.entry ?? entry;
  const secrets = [...secretsOf(entry), ...secretsOf(current)];
  const refresh = renewal
    ? shownRefresh(renewal, secrets)
    : { status: 'no_refresh_token' as const, http_response: null };
  if (renewal?.type !== 'renewed' && renewal?.type !== 'fresh') {
    return { ...before, status: afterRefusal(renewal), mcp_probe: shownProbe(first, secrets), refresh };
  }
  const second = await probeServer(outbound, current.serverUrl, current.accessToken);
  return { ...before, status: statusOf(second), mcp_probe: shownProbe(second, secrets), refresh };
}

const isUnauthorized = (probe: ProbeOutcome): boolean =>
  probe.type === 'failed' && probe.response?.status === UNAUTHORIZED;

/** A server that said no is sure; one that is not well, busy or not there is not (reference 8). */
function statusOf(probe: ProbeOutcome): Status {
  if (probe.type === 'passed') return 'valid';
  const status = probe.response?.status ?? 0;
  return status >= 400 && status < 500 && status !== TOO_MANY ? 'invalid' : 'unknown';
}

/** The server refused the token; whether a new one would help is only known when the endpoint said no. */
function afterRefusal(renewal: RefreshResult | undefined): Status {
  if (!renewal || renewal.type === 'no_refresh_token') return 'invalid';
  if (renewal.type !== 'rejected') return 'unknown';
  const status = renewal.response?.status ?? 0;
  return status >= 500 || status === TOO_MANY ? 'unknown' : 'invalid';
}

function shownProbe(probe: ProbeOutcome, secrets: readonly Secret[]): CredentialValidation['mcp_probe'] {
  if (probe.type === 'passed') return null;
  return { method: probe.method, http_response: probe.response ? shown(probe.response, secrets) : null };
}

function shownRefresh(
  { type, response }: RefreshResult,
  secrets: readonly Secret[],
): NonNullable<CredentialValidation['refresh']> {
  switch (type) {
    case 'fresh':
    case 'renewed':
      return { status: 'succeeded', http_response: null };
    case 'no_refresh_token':
      return { status: 'no_refresh_token', http_response: null };
    case 'rejected':
      return { status: 'failed', http_response: response ? shown(response, secrets) : null };
    case 'unreachable':
    case 'lost':
    case 'busy':
      return { status: 'connect_error', http_response: null };
  }
}

function shown({ status, headers, body, truncated }: OutboundResponse, secrets: readonly Secret[]): Shown {
  const clean = scrub(body, secrets);
  return {
    status_code: status,
    content_type: scrub((headers['content-type'] ?? '').slice(0, SHOWN_TYPE), secrets),
    body: clean.slice(0, SHOWN_BODY),
    body_truncated: truncated || clean.length > SHOWN_BODY,
  };
}
