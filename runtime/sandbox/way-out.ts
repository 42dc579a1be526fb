import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { BRIEFING_PATH, type Briefing } from '../egress/briefing';
import { DOOR_TARGETS, presented } from '../egress/credential';
import { hashOfSecret } from '../resources/keys';
import { TRUST_DIRECTORY, type EgressOrder, type SandboxOrder } from './container-contract';
import type { TrustFiles } from './egress-environment';
import { connectToSocket, EGRESS_PORT, relayEgress } from './egress-relay';

/** A gateway that nobody needed until now is started with the sandbox, and may take longer than it. */
const THERE_WITHIN_MS = 150_000;
const LOOK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 20_000;

const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** What the tools' environment is made of. */
export interface OpenWay {
  /** What stands in the place of credentials, by the variable's name. */
  readonly placeholders: Readonly<Record<string, string>>;
  readonly trust: TrustFiles;
}

/** The gateway as a container's supervisor sees it: the one way out for its tools, and, where it has no other, for itself. */
export class WayOut {
  private secretHash: string;

  /** @param secret what the supervisor holds: a claim, or the session's token. */
  constructor(
    private readonly order: EgressOrder,
    private readonly item: Pick<SandboxOrder, 'environmentId' | 'sessionId'>,
    secret: string,
  ) {
    this.secretHash = hashOfSecret(secret);
  }

  /** Takes another secret in place of the one before, which is worth nothing any more. */
  proveWith(secret: string): void {
    this.secretHash = hashOfSecret(secret);
  }

  /** Whether the API, too, is to be had by this way alone. */
  get leadsToApi(): boolean {
    return 'host' in this.order;
  }

  /** A connection to the API. */
  toApi(): Promise<Duplex> {
    return this.through(DOOR_TARGETS.api);
  }

  /** Waits until the gateway lets this sandbox in. @throws Error when it does not within the time in which one starts. */
  async untilThere(): Promise<void> {
    const until = Date.now() + THERE_WITHIN_MS;
    for (;;) {
      try {
        (await this.toGateway()).destroy();
        return;
      } catch (error) {
        if (Date.now() > until) throw error;
        await pause(LOOK_EVERY_MS);
      }
    }
  }

  /** Opens it to the tools, and learns what they have to know. */
  async open(): Promise<OpenWay> {
    await relayEgress(() => this.toGateway());
    const response = await fetch(`http://127.0.0.1:${EGRESS_PORT}${BRIEFING_PATH}`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (!response.ok) throw new Error(`The egress gateway answered with status ${response.status}`);
    const { certificate, placeholders } = (await response.json()) as Briefing;
    return { placeholders, trust: await writeTrust(certificate) };
  }

  /** A connection to the gateway itself. */
  toGateway(): Promise<Duplex> {
    return 'socket' in this.order ? connectToSocket(this.order.socket) : this.through(DOOR_TARGETS.gateway);
  }

  private through(target: string): Promise<Duplex> {
    const { order, item } = this;
    if (!('host' in order)) return Promise.reject(new Error('There is no such way'));
    const { host, port, workspace } = order;
    const headers = { 'proxy-authorization': presented({ ...item, workspace }, this.secretHash) };
    return new Promise((resolve, reject) => {
      const asked: ClientRequest = request({ method: 'CONNECT', host, port, path: target, headers, agent: false });
      asked.setTimeout(ANSWER_WITHIN_MS, () => asked.destroy(new Error('The egress gateway is silent')));
      asked.once('error', reject);
      asked.once('connect', ({ statusCode }: IncomingMessage, socket: Socket, head: Buffer) => {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        return reject(new Error(`The egress gateway answered with status ${statusCode}`));
      });
      asked.end();
    });
  }
}

/** For all to read: what stands there is public. */
async function writeTrust(certificate: string): Promise<TrustFiles> {
  const files = {
    gateway: join(TRUST_DIRECTORY, 'gateway.pem'),
    authorities: join(TRUST_DIRECTORY, 'authorities.pem'),
  };
  const known = await readFile(SYSTEM_AUTHORITIES, 'utf8').catch(() => rootCertificates.join('\n'));
  await mkdir(TRUST_DIRECTORY, { recursive: true });
  await writeFile(files.gateway, certificate);
  await writeFile(files.authorities, [known, certificate].join('\n'));
  await Promise.all([chmod(TRUST_DIRECTORY, 0o755), ...Object.values(files).map((file) => chmod(file, 0o644))]);
  return files;
}
