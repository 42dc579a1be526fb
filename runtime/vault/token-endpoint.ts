import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import { expiring, type OAuthEntry, type RefreshGrant } from './entry';
import { OutboundError, type Outbound, type OutboundResponse } from './outbound';
import { Secret } from './secret';

/** New tokens, as the endpoint gave them. */
export interface NewTokens {
  readonly accessToken: Secret;
  /** Null when the endpoint does not say. */
  readonly expiresAt: Micros | null;
  readonly renewAt: Micros | null;
  /** Undefined when the old one goes on being good. */
  readonly refreshToken: Secret | undefined;
}

/**
 * How a refresh ended. `lost`: the request may have been carried out, and its answer is not here. `rejected`: the endpoint
 * answered that it gave nothing; `final` when it would say so again. `unreachable`: the request never left.
 */
export type ExchangeOutcome =
  | { readonly type: 'renewed'; readonly tokens: NewTokens }
  | { readonly type: 'rejected'; readonly final: boolean; readonly response: OutboundResponse }
  | { readonly type: 'unreachable' }
  | { readonly type: 'lost'; readonly response?: OutboundResponse };

const TIMEOUT_MS = 8_000;
const MAX_BYTES = 64 * 1024;
/** Answers that come from a machine in between: what stands behind it may have done its part. */
const FROM_BETWEEN: readonly number[] = [502, 504];
/** The endpoint is busy: it has not looked at the token. */
const ASK_LATER: readonly number[] = [408, 425, 429];

/** Asks the token endpoint for new tokens, once (RFC 6749, section 6; RFC 8707 for the resource). */
export async function exchangeTokens(outbound: Outbound, grant: RefreshGrant, now: Micros): Promise<ExchangeOutcome> {
  let response: OutboundResponse;
  try {
    response = await outbound({
      method: 'POST',
      url: grant.tokenEndpoint,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...authorizationOf(grant),
      },
      body: formOf(grant),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
  } catch (error) {
    return error instanceof OutboundError && !error.sent ? { type: 'unreachable' } : { type: 'lost' };
  }
  return outcomeOf(response, now);
}

function outcomeOf(response: OutboundResponse, now: Micros): ExchangeOutcome {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const tokens = tokensIn(response, now);
    // An answer of success that cannot be read may have used the token up all the same.
    return tokens ? { type: 'renewed', tokens } : { type: 'lost', response };
  }
  if (FROM_BETWEEN.includes(status)) return { type: 'lost', response };
  return { type: 'rejected', final: status < 500 && !ASK_LATER.includes(status), response };
}

/** RFC 6749, section 5.1. A lifetime that is no number is left out. */
function tokensIn({ body }: OutboundResponse, now: Micros): NewTokens | undefined {
  const answer = parsed(body);
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = answer;
  if (typeof access !== 'string' || access === '') return undefined;
  const lifetime = Number(seconds ?? Number.NaN);
  return {
    accessToken: new Secret(access),
    ...expiring(
      Number.isFinite(lifetime) && lifetime >= 0 ? now + Math.floor(lifetime) * MICROS_PER_SECOND : null,
      now,
    ),
    refreshToken: typeof refresh === 'string' && refresh !== '' ? new Secret(refresh) : undefined,
  };
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function formOf(grant: RefreshGrant): Secret {
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: grant.refreshToken.reveal() });
  if (grant.scope) form.set('scope', grant.scope);
  if (grant.resource) form.set('resource', grant.resource);
  // With Basic, the header says who we are, and naming the client twice is an error at some endpoints.
  if (grant.method !== 'client_secret_basic') form.set('client_id', grant.clientId);
  if (grant.method === 'client_secret_post' && grant.clientSecret) {
    form.set('client_secret', grant.clientSecret.reveal());
  }
  return new Secret(form.toString());
}

function authorizationOf({ method, clientId, clientSecret }: RefreshGrant): { authorization?: Secret } {
  if (method !== 'client_secret_basic') return {};
  return { authorization: basicOf(clientId, clientSecret) };
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
function basicOf(clientId: string, clientSecret: Secret | null): Secret {
  const pair = [clientId, clientSecret?.reveal() ?? ''].map(formEncoded).join(':');
  return new Secret(`Basic ${Buffer.from(pair).toString('base64')}`);
}

const formEncoded = (text: string): string => new URLSearchParams({ t: text }).toString().slice(2);

/** The entry with the tokens that its endpoint gave. */
export function renewed(entry: OAuthEntry, tokens: NewTokens): OAuthEntry {
  return {
    ...entry,
    accessToken: tokens.accessToken,
    expiresAt: tokens.expiresAt,
    renewAt: tokens.renewAt,
    refresh: entry.refresh && {
      ...entry.refresh,
      refreshToken: tokens.refreshToken ?? entry.refresh.refreshToken,
      rotates:
        tokens.refreshToken !== undefined && tokens.refreshToken.reveal() !== entry.refresh.refreshToken.reveal(),
    },
    serial: entry.serial + 1,
  };
}
