/** A gateway, the servers that it reaches, and sandboxes that are played by curl. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { systemClock } from '../../runtime/contract/time';
import { CertificateAuthority } from '../../runtime/egress/certificate-authority';
import type { ConnectionLine } from '../../runtime/egress/connection-log';
import { EgressGateway } from '../../runtime/egress/gateway';
import type { EgressSession } from '../../runtime/egress/session';
import type { RepositoryGrant, SessionRef, Substitution } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { ForeignServers } from './foreign-servers';

/** What nothing may ever show but the server that it is for. */
export const CANARY = 'canary-5d1f90c2/+e"7';
export const PLACEHOLDER = 'placeholder_0123456789abcdef0123456789abcdef01234567';

/** What curl says. */
export interface Said {
  readonly status: number;
  /** Of the proxy's answer to CONNECT, 0 where there was none. */
  readonly connectStatus: number;
  readonly body: string;
  readonly headers: string;
  readonly error: string;
}

export class EgressWorld {
  readonly lines: ConnectionLine[] = [];
  /** What the broker gives for a host. */
  readonly granted = new Map<string, Substitution[]>();
  readonly repositories = new Map<string, RepositoryGrant[]>();
  brokerFails = false;
  /** How far the gateway's clock is ahead. */
  ahead = 0;
  private readonly doors: Server[] = [];

  private constructor(
    readonly servers: ForeignServers,
    readonly gateway: EgressGateway,
    private readonly directory: string,
    readonly bundle: string,
  ) {}

  static async open(): Promise<EgressWorld> {
    const servers = await ForeignServers.start();
    const authority = await CertificateAuthority.open(await CertificateAuthority.make());
    const gateway: EgressGateway = new EgressGateway({
      broker: {
        substitutionsFor: async (_session: SessionRef, host: string) => {
          if (world.brokerFails) throw new Error('the broker is away');
          return world.granted.get(host) ?? [];
        },
        repositoriesFor: async (_session: SessionRef, host: string) => world.repositories.get(host) ?? [],
        placeholdersOf: async () => [
          { vaultId: 'vlt_1', credentialId: 'vcrd_1', name: 'API_TOKEN', placeholder: PLACEHOLDER },
        ],
      },
      authority,
      clock: { now: () => systemClock.now() + world.ahead },
      log: (line) => void world.lines.push(line),
      privateHosts: ['*.test', '127.0.0.1'],
      resolve: servers.resolve,
      secureContext: servers.trusted,
    });
    const directory = await mkdtemp(join(tmpdir(), 'egress-test-'));
    const bundle = join(directory, 'ca.pem');
    await writeFile(bundle, [...rootCertificates, servers.certificate, authority.certificate].join('\n'));
    const world = new EgressWorld(servers, gateway, directory, bundle);
    return world;
  }

  /** Lets a credential be used at a host. */
  grant(host: string, { value = CANARY, ...changed }: Partial<Omit<Substitution, 'value'>> & { value?: string } = {}) {
    const substitution: Substitution = {
      vaultId: 'vlt_1',
      credentialId: 'vcrd_1',
      placeholder: PLACEHOLDER,
      inHeaders: true,
      inBody: true,
      ...changed,
      value: new Secret(value),
    };
    this.granted.set(host, [...(this.granted.get(host) ?? []), substitution]);
  }

  /** The way to the gateway for a session's sandbox. */
  async door(allowedHosts: readonly string[] | undefined): Promise<Door> {
    const sessionId = `sesn_${this.doors.length}`;
    const session: EgressSession = { workspace: 'w', sessionId, allowedHosts };
    const server = createServer({ allowHalfOpen: true }, (socket) => this.gateway.serve(socket, session));
    this.doors.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Door((server.address() as AddressInfo).port, this.bundle, sessionId);
  }

  /** A file with a text, for curl to send. */
  async file(text: string): Promise<string> {
    const path = join(this.directory, 'body');
    await writeFile(path, text);
    return path;
  }

  /** The audit lines of a door, once there are so many: they are written when a connection has ended. */
  async linesOf({ sessionId }: Door, count: number): Promise<ConnectionLine[]> {
    for (;;) {
      const lines = this.lines.filter((line) => line.sessionId === sessionId);
      if (lines.length >= count) return lines;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async close(): Promise<void> {
    this.gateway.close();
    for (const door of this.doors) door.close();
    await this.servers.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class Door {
  constructor(
    readonly port: number,
    private readonly bundle: string,
    readonly sessionId: string,
  ) {}

  async curl(...args: string[]): Promise<Said> {
    const format = '\n%{stderr}%{http_code} %{http_connect}';
    const { stdout, stderr } = await promisify(execFile)(
      'curl',
      [
        ['-sS', '-i', '--max-time', '20', '--suppress-connect-headers', '--noproxy', ''],
        ['--proxy', `http://127.0.0.1:${this.port}`, '--cacert', this.bundle, '-w', format, ...args],
      ].flat(),
      { maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env.PATH } },
    ).catch((error: { stdout: string; stderr: string }) => error);
    const [, error = '', status, connectStatus] = /^([\s\S]*?)(\d{3}) (\d{3})$/.exec(stderr) ?? [];
    const [headers = '', ...rest] = stdout.split('\r\n\r\n');
    const body = rest.join('\r\n\r\n').replace(/\n$/, '');
    return { status: Number(status), connectStatus: Number(connectStatus), headers, body, error };
  }

  /** A connection on which the test writes what it wants. */
  async raw(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  /** Writes, and gives all that comes back until the gateway closes. */
  async say(text: string | Buffer): Promise<string> {
    const socket = await this.raw();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  }
}
