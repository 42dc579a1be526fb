import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConnectionReport } from './connection-log';
import { authorityOf, parseAuthority, type Destination } from './destination';
import { exchange, refuse } from './exchange';
import { credentialsOf, sentBy, type HostGrants } from './grants';
import type { SentValue } from './injection';
import { SecureUpstream, type UpstreamOptions } from './upstream';

const HTTPS_PORT = 443;

/** How many values of credentials that changed while a connection lived are still looked for in its answers. */
const REMEMBERED_VALUES = 100;

/** What is inside a connection whose TLS ended here: requests for one host, which get the values that the session may use there. */
export class TerminatedConnection {
  private readonly upstream: SecureUpstream;
  /** Everything that went out over it, by value: a server may show a value that has changed since. */
  private readonly sent = new Map<string, SentValue>();

  /** @param grants what may be put into requests at this moment. */
  constructor(
    private readonly destination: Destination,
    options: UpstreamOptions,
    private readonly grants: () => Promise<HostGrants>,
    private readonly report: ConnectionReport,
  ) {
    this.upstream = new SecureUpstream(destination, options);
  }

  /** Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (!path.startsWith('/')) return refuse(response, 400, 'Only paths are served inside of a connection to a host');
    if (!this.isFor(request.headers.host)) {
      return refuse(response, 421, `This connection is for ${this.destination.host} alone`);
    }
    const grants = await this.grants().catch(() => undefined);
    if (!grants) return refuse(response, 502, 'The credentials of this session cannot be read now');
    this.remember(grants);
    const scrubbed = [...this.sent.values()];
    const failure = await exchange(request, response, { upstream: this.upstream, path, grants, scrubbed });
    if (failure) this.report.became(failure.reason === 'private_address' ? 'refused' : 'failed', failure.reason);
  }

  close(): void {
    this.upstream.close();
  }

  private isFor(named: string | undefined): boolean {
    if (named === undefined) return true;
    const given = parseAuthority(/:[0-9]+$/.test(named) ? named : `${named}:${HTTPS_PORT}`);
    return given !== undefined && authorityOf(given, HTTPS_PORT) === authorityOf(this.destination, HTTPS_PORT);
  }

  private remember(grants: HostGrants): void {
    for (const value of sentBy(grants)) this.sent.set(value.value.reveal(), value);
    for (const oldest of this.sent.keys()) {
      if (this.sent.size <= REMEMBERED_VALUES) break;
      this.sent.delete(oldest);
    }
    this.report.used(credentialsOf(grants));
  }
}
