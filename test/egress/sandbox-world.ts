/** A real sandbox behind a real gateway, and the servers that it may reach. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../runtime/contract/wire';
import type { ConnectionLine } from '../../runtime/egress/connection-log';
import { EgressDoors } from '../../runtime/local/egress-doors';
import type { Isolation } from '../../runtime/local/isolation';
import { ToolHostProcess } from '../../runtime/sandbox/tool-host-process';
import type { SessionRecord } from '../../runtime/store/records';
import type { Broker, RepositoryGrant, Substitution } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { Programs } from '../sandbox/programs';
import { session as sessionOf } from '../store/values';
import { ForeignServers } from './foreign-servers';

/** What nothing may ever show but the server that it is for. */
export const CANARY = 'canary-b81c7d9e40aa';
export const PLACEHOLDER = 'placeholder_abcdef0123456789abcdef0123456789abcdef01';

type Networking = Extract<Environment['config'], { type: 'cloud' }>['networking'];

export class EgressSandboxes {
  readonly lines: ConnectionLine[] = [];
  /** The hosts to which the one credential may go. */
  credentialHosts: readonly string[] = [];
  readonly repositories = new Map<string, RepositoryGrant[]>();
  private started = 0;

  private constructor(
    readonly servers: ForeignServers,
    private readonly programs: Programs,
    private readonly isolation: Isolation,
    private readonly doors: EgressDoors,
    readonly directory: string,
  ) {}

  /** Undefined, with a warning, where nothing here can cut a sandbox off from the network. */
  static async open(): Promise<EgressSandboxes | undefined> {
    const [servers, programs, directory] = await Promise.all([
      ForeignServers.start(),
      Programs.build(),
      mkdtemp(join(tmpdir(), 'egress-sandboxes-')),
    ]);
    const isolation = (await programs.isolations()).find(({ cutsNetwork }) => cutsNetwork);
    if (!isolation) return undefined;
    process.env.NODE_EXTRA_CA_CERTS = join(directory, 'foreign.pem');
    await writeFile(process.env.NODE_EXTRA_CA_CERTS, servers.certificate);
    const granted = (host: string): Substitution[] =>
      world.credentialHosts.includes(host)
        ? [{ ...credential, placeholder: PLACEHOLDER, value: new Secret(CANARY), inHeaders: true, inBody: true }]
        : [];
    const broker: Pick<Broker, 'placeholdersOf' | 'repositoriesFor' | 'substitutionsFor'> = {
      substitutionsFor: async (_session, host) => granted(host),
      repositoriesFor: async (_session, host) => world.repositories.get(host) ?? [],
      placeholdersOf: async () =>
        world.credentialHosts.length > 0 ? [{ ...credential, name: 'API_TOKEN', placeholder: PLACEHOLDER }] : [],
    };
    const doors = new EgressDoors({
      broker,
      log: (line) => void world.lines.push(line),
      privateHosts: ['*.test'],
      resolve: servers.resolve,
      secureContext: servers.trusted,
    });
    const world: EgressSandboxes = new EgressSandboxes(servers, programs, isolation, doors, directory);
    return world;
  }

  /** Starts a sandbox of a session whose network is this. */
  async sandbox(networking: Networking): Promise<EgressSandbox> {
    this.started += 1;
    const id = `sesn_${this.started}`;
    const session: SessionRecord = {
      ...sessionOf({ id }),
      environmentConfig: {
        type: 'cloud',
        networking,
        packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
      },
    };
    const places = await this.programs.places(id);
    const egress = await this.doors.open(session, join(places.root, 'egress'), places.uid);
    if (!egress) throw new Error('the session needs no gateway');
    const command = this.isolation.command(places, { network: false, egress });
    return new EgressSandbox(new ToolHostProcess(command, () => undefined), () => this.doors.close(id));
  }

  async close(): Promise<void> {
    delete process.env.NODE_EXTRA_CA_CERTS;
    await this.doors.closeAll();
    await this.servers.close();
    await this.programs.remove();
    await rm(this.directory, { recursive: true, force: true });
  }
}

const credential = { vaultId: 'vlt_1', credentialId: 'vcrd_1' };

export class EgressSandbox {
  private calls = 0;

  constructor(
    private readonly host: ToolHostProcess,
    /** Closes its way out. */
    readonly shut: () => Promise<void>,
  ) {}

  /** What a shell command prints, and how it ends. */
  async bash(command: string): Promise<string> {
    this.calls += 1;
    const signal = AbortSignal.timeout(60_000);
    const script = `( ${command}\n) 2>&1; echo "ended with $?"`;
    return String(await this.host.call(`sevt_${this.calls}`, 'bash', { command: script }, signal));
  }

  async close(): Promise<void> {
    await this.host.stop();
    await this.shut();
  }
}
