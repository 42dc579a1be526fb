import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { systemClock } from '../contract/time';
import { CertificateAuthority } from '../egress/certificate-authority';
import type { ConnectionLog } from '../egress/connection-log';
import { EgressGateway } from '../egress/gateway';
import { egressSession } from '../egress/session';
import type { UpstreamOptions } from '../egress/upstream';
import type { SessionRecord } from '../store/records';
import type { Broker } from '../vault/ports';
import { EGRESS_FILES, type HostEgress } from './isolation-needs';

export interface EgressDoorsOptions extends UpstreamOptions {
  readonly broker: Pick<Broker, 'placeholdersOf' | 'repositoriesFor' | 'substitutionsFor'>;
  readonly log: ConnectionLog;
}

/** Where this machine's programs look for whom to trust. */
const SYSTEM_AUTHORITIES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/**
 * The gateway on one machine. Each session that needs it has a door of its own: a socket in a directory that its sandbox alone
 * sees, so that whose connection it is needs no credential. The gateway and its authority come to be with the first door, and the
 * authority's key is in this process alone.
 */
export class EgressDoors {
  private gateway: Promise<{ readonly gateway: EgressGateway; readonly certificate: string }> | undefined;
  private readonly doors = new Map<string, Door>();

  constructor(private readonly options: EgressDoorsOptions) {}

  /**
   * Opens a session's door, if it needs one: its network is limited, or it has credentials that only the gateway can put in.
   *
   * @param directory is made, with the door in it.
   * @param uid the user of the sandbox, where that is not ours.
   */
  async open(session: SessionRecord, directory: string, uid?: number): Promise<HostEgress | undefined> {
    const { workspace, id: sessionId } = session;
    const placeholders = await this.options.broker.placeholdersOf({ workspace, sessionId });
    const owner = egressSession(session);
    if (owner.allowedHosts === undefined && placeholders.length === 0) return undefined;
    const { gateway, certificate } = await (this.gateway ??= this.start());
    await this.close(sessionId);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await share(directory, 0o750, uid);
    await writeFile(join(directory, EGRESS_FILES.gateway), certificate);
    await writeFile(join(directory, EGRESS_FILES.authorities), [machineAuthorities(), certificate].join('\n'));
    for (const file of [EGRESS_FILES.gateway, EGRESS_FILES.authorities]) await share(join(directory, file), 0o640, uid);
    const server = createServer({ allowHalfOpen: true }, (socket) => gateway.serve(socket, owner));
    this.doors.set(sessionId, await Door.open(server, directory, uid));
    return {
      directory,
      placeholders: Object.fromEntries(placeholders.map(({ name, placeholder }) => [name, placeholder])),
    };
  }

  /** Closes a session's door and ends what goes through it. No error where there is none. */
  async close(sessionId: string): Promise<void> {
    const door = this.doors.get(sessionId);
    this.doors.delete(sessionId);
    await door?.close();
    const running = await this.gateway;
    running?.gateway.end(sessionId);
  }

  /** Closes all doors. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.doors.keys()].map((sessionId) => this.close(sessionId)));
  }

  private async start(): Promise<{ readonly gateway: EgressGateway; readonly certificate: string }> {
    const authority = await CertificateAuthority.open(await CertificateAuthority.make());
    const gateway = new EgressGateway({ ...this.options, authority, clock: systemClock });
    return { gateway, certificate: authority.certificate };
  }
}

/** A listening socket in a directory whose path may be too long for one: it is named by way of the open directory. */
class Door {
  private constructor(
    private readonly server: Server,
    private readonly directory: FileHandle,
  ) {}

  static async open(server: Server, directory: string, uid: number | undefined): Promise<Door> {
    const handle = await open(directory);
    server.listen(`/proc/self/fd/${handle.fd}/${EGRESS_FILES.socket}`);
    await once(server, 'listening');
    await share(join(directory, EGRESS_FILES.socket), 0o660, uid);
    return new Door(server, handle);
  }

  async close(): Promise<void> {
    this.server.close();
    await this.directory.close();
  }
}

/** Lets the sandbox's user have what its group may; its user is the one member of its group. */
async function share(path: string, mode: number, uid: number | undefined): Promise<void> {
  if (uid !== undefined) await chown(path, 0, uid);
  await chmod(path, mode);
}

/** Whom the programs of this machine trust, those of `NODE_EXTRA_CA_CERTS` among them, since the gateway trusts them too. */
function machineAuthorities(): string {
  const files = [...SYSTEM_AUTHORITIES.map(textOf), rootCertificates.join('\n')];
  const system = files.find((text) => text !== undefined) ?? '';
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  return `${system}\n${extra === undefined ? '' : (textOf(extra) ?? '')}`;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
