import { EGRESS_PORT } from './egress-relay';

/** The files with which the programs of a sandbox trust the gateway where it ends their TLS. PEM. */
export interface TrustFiles {
  /** The gateway's authority alone, for programs that add it to those that they know. */
  readonly gateway: string;
  /** All authorities, the gateway's among them, for programs that then trust these alone. */
  readonly authorities: string;
}

const PROXY = `http://127.0.0.1:${EGRESS_PORT}`;
const NOT_PROXIED = 'localhost,127.0.0.1,::1';

/**
 * The variables with which curl, git, npm, pip, Python, Node, Go, Cargo and others find the gateway and trust it, and those of the
 * session's credentials.
 *
 * @param placeholders by the variable's name. A name that has a use here, or in `base`, keeps that.
 */
export function egressEnvironment(
  base: Readonly<Record<string, string>>,
  placeholders: Readonly<Record<string, string>>,
  { gateway, authorities }: TrustFiles,
): Record<string, string> {
  return {
    ...placeholders,
    ...base,
    HTTP_PROXY: PROXY,
    HTTPS_PROXY: PROXY,
    NO_PROXY: NOT_PROXIED,
    http_proxy: PROXY,
    https_proxy: PROXY,
    no_proxy: NOT_PROXIED,
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: gateway,
    DENO_CERT: gateway,
    SSL_CERT_FILE: authorities,
    CURL_CA_BUNDLE: authorities,
    GIT_SSL_CAINFO: authorities,
    REQUESTS_CA_BUNDLE: authorities,
    PIP_CERT: authorities,
    npm_config_cafile: authorities,
    CARGO_HTTP_CAINFO: authorities,
    AWS_CA_BUNDLE: authorities,
  };
}
