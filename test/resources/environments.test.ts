import { hashOfSecret, Keys } from '../../runtime/resources/keys';
import { nearMiss } from '../support/near-miss';
import { Service, elsewhere, home } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const create = (body: Record<string, unknown> = {}) =>
  service.call('environments.create', { body: { name: 'e', ...body } });
const update = (environment_id: string, body: Record<string, unknown>) =>
  service.call('environments.update', { path: { environment_id }, body });
const refusalOfUpdate = (environment_id: string, body: Record<string, unknown>) =>
  service.refusal('environments.update', { path: { environment_id }, body });

const NO_PACKAGES = { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] };
const limited = (more: Record<string, unknown> = {}) => ({ type: 'cloud', networking: { type: 'limited', ...more } });

/** A session in this environment. */
async function sessionIn(environment_id: string, of: Service = service) {
  const agent = await of.call('agents.create', { body: { name: 'a', model: 'claude-opus-5' } });
  return of.call('sessions.create', { body: { agent: agent.id, environment_id } });
}

describe('creating an environment', () => {
  it('makes an unrestricted cloud environment without packages out of a name', async () => {
    const environment = await create();
    expect(environment).toEqual({
      id: expect.stringMatching(/^env_01/),
      type: 'environment',
      name: 'e',
      description: null,
      scope: 'organization',
      config: { type: 'cloud', networking: { type: 'unrestricted' }, packages: NO_PACKAGES },
      metadata: {},
      created_at: expect.any(String),
      updated_at: environment.created_at,
      archived_at: null,
    });
  });

  it('takes the same name twice', async () => {
    const [a, b] = [await create({ name: 'twin' }), await create({ name: 'twin' })];
    expect(a.id).not.toBe(b.id);
  });

  it('fills what a limited network and packages leave open', async () => {
    const { config } = await create({
      config: {
        ...limited({ allowed_hosts: ['a.com', '*.b.com'], allow_package_managers: true }),
        packages: { pip: ['x==1'] },
      },
    });
    expect(config).toEqual({
      type: 'cloud',
      networking: {
        type: 'limited',
        allowed_hosts: ['a.com', '*.b.com'],
        allow_mcp_servers: false,
        allow_package_managers: true,
      },
      packages: { ...NO_PACKAGES, pip: ['x==1'] },
    });
  });

  it.each([
    [{ scope: 'account' }, 'scope: only "organization" is supported'],
    [{ config: limited({ allowed_hosts: ['https://a.com'] }) }, 'config.networking.allowed_hosts.0'],
    [{ config: limited({ allowed_hosts: ['a.com', 'b.com:443'] }) }, 'config.networking.allowed_hosts.1'],
    [{ config: limited({ allowed_hosts: ['a.*.com'] }) }, 'config.networking.allowed_hosts.0'],
    [{ config: { ...limited(), packages: { npm: ['x'] } } }, 'config.packages: under limited networking'],
    [{ config: { type: 'cloud', packages: { apt: ['--allow-downgrades'] } } }, 'config.packages.apt.0'],
    [{ config: { type: 'cloud', packages: { pip: ['x\nrm -rf /'] } } }, 'config.packages.pip.0'],
  ])('refuses %j', async (body, message) => {
    const refusal = await service.refusal('environments.create', { body: { name: 'e', ...body } });
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(refusal.message).toContain(message);
  });
});

describe('a deployment where nothing holds sandboxes to a network', () => {
  const config = limited({ allowed_hosts: ['a.com'] });
  const refusal = { status: 400, message: expect.stringMatching(/^config\.networking: .*egress gateway/) };

  it('refuses environments that limit it', async () => {
    const open = service.with({ sandboxes: { limitedNetworks: false } });
    expect(await open.refusal('environments.create', { body: { name: 'e', config } })).toMatchObject(refusal);
    const { id } = await create();
    const path = { environment_id: id };
    expect(await open.refusal('environments.update', { path, body: { config } })).toMatchObject(refusal);
    expect(
      await service.with({ sandboxes: undefined }).refusal('environments.update', { path, body: { config } }),
    ).toMatchObject(refusal);
  });

  it('lets one that is older be renamed, and opened', async () => {
    const open = service.with({ sandboxes: { limitedNetworks: false } });
    const path = { environment_id: (await create({ config })).id };
    await open.call('environments.update', { path, body: { name: 'renamed' } });
    const body = { config: { type: 'cloud', networking: { type: 'unrestricted' } } };
    expect((await open.call('environments.update', { path, body })).config).toMatchObject(body.config);
  });
});

describe('the size of an environment’s sandboxes', () => {
  const sized = (...sizes: string[]) => service.with({ sandboxes: { limitedNetworks: true, sizes } });
  const asking = (size: string, config?: object) => ({ name: 'e', config, metadata: { sandbox_size: size } });

  it('is one that the deployment has', async () => {
    const body = asking('huge');
    expect(await sized('small', 'large').refusal('environments.create', { body })).toMatchObject({
      status: 400,
      message:
        'metadata.sandbox_size: this deployment has no sandboxes of size "huge". Name one of small, large, or leave it out.',
    });
    expect((await sized().refusal('environments.create', { body })).message).toContain('it has one size only');
    const { id, metadata } = await sized('small', 'large').call('environments.create', { body: asking('large') });
    expect(metadata).toEqual({ sandbox_size: 'large' });
    const path = { environment_id: id };
    const worse = { path, body: { metadata: { sandbox_size: 'huge' } } };
    expect(await sized('large').refusal('environments.update', worse)).toMatchObject({ status: 400 });
    expect((await sized().call('environments.update', { path, body: { name: 'renamed' } })).metadata).toEqual(metadata);
  });

  it('means nothing to sandboxes that somebody else runs, and where there is but one', async () => {
    await sized('large').call('environments.create', { body: asking('mine', { type: 'self_hosted' }) });
    await service.call('environments.create', { body: asking('mine') });
  });

  it('is captured by a session when it is created', async () => {
    const of = sized('large');
    const { id } = await of.call('environments.create', { body: asking('large') });
    const session = await sessionIn(id, of);
    await of.call('environments.update', { path: { environment_id: id }, body: { metadata: { sandbox_size: null } } });
    expect(await service.store.sessions.get('home', session.id)).toMatchObject({ sandboxSize: 'large' });
    expect(await service.store.sessions.get('home', (await sessionIn(id, of)).id)).not.toHaveProperty('sandboxSize');
  });

  it('is asked for again when a session is created, since the deployment may have dropped it', async () => {
    const { id } = await sized('large').call('environments.create', { body: asking('large') });
    const agent = await service.call('agents.create', { body: { name: 'a', model: 'claude-opus-5' } });
    const body = { agent: agent.id, environment_id: id };
    expect(await sized('small').refusal('sessions.create', { body })).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^environment_id: env_\w+: .*"large"/) as string,
    });
  });
});

describe('updating an environment', () => {
  it('keeps the parts of a configuration that are not named', async () => {
    const environment = await create({
      config: {
        ...limited({ allowed_hosts: ['a.com'], allow_package_managers: true, allow_mcp_servers: true }),
        packages: { pip: ['x'] },
      },
    });
    const { config } = await update(environment.id, { config: limited({ allowed_hosts: ['b.com'] }) });
    expect(config).toEqual({
      type: 'cloud',
      networking: { type: 'limited', allowed_hosts: ['b.com'], allow_package_managers: true, allow_mcp_servers: true },
      packages: { ...NO_PACKAGES, pip: ['x'] },
    });
    const opened = await update(environment.id, { config: { type: 'cloud', networking: { type: 'unrestricted' } } });
    expect(opened.config).toMatchObject({ networking: { type: 'unrestricted' }, packages: { pip: ['x'] } });
  });

  it('judges packages by the network that results', async () => {
    const { id } = await create({ config: { type: 'cloud', packages: { pip: ['x'] } } });
    expect(await refusalOfUpdate(id, { config: limited() })).toMatchObject({ status: 400 });
  });

  it('never changes the type', async () => {
    const { id } = await create();
    expect(await refusalOfUpdate(id, { config: { type: 'self_hosted' } })).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      code: 'invalid_config_type_change',
    });
  });

  it('deletes metadata keys by null or an empty text, and clears the description by null', async () => {
    const { id } = await create({ description: 'd', metadata: { a: '1', b: '2', c: '3' } });
    const next = await update(id, { description: null, metadata: { a: null, b: '', d: '4' } });
    expect(next).toMatchObject({ description: null, metadata: { c: '3', d: '4' } });
    expect((await update(id, { description: '' })).description).toBe('');
  });

  it('leaves the time alone when nothing changes', async () => {
    const environment = await create({ description: 'd' });
    expect(await update(environment.id, { name: 'e', description: 'd', config: { type: 'cloud' } })).toEqual(
      environment,
    );
  });

  it('names the code of too much metadata', async () => {
    const pairs = (prefix: string) => Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${prefix}${i}`, 'v']));
    const { id } = await create({ metadata: pairs('a') });
    expect(await refusalOfUpdate(id, { metadata: pairs('b') })).toMatchObject({
      status: 400,
      code: 'invalid_metadata',
    });
  });

  it('is refused when archived, and so is a new session there', async () => {
    const { id } = await create();
    const archived = await service.call('environments.archive', { path: { environment_id: id } });
    expect(await service.call('environments.archive', { path: { environment_id: id } })).toEqual(archived);
    expect(await refusalOfUpdate(id, { name: 'x' })).toMatchObject({ status: 400, code: 'environment_archived' });
    const agent = await service.call('agents.create', { body: { name: 'a', model: 'm' } });
    const refusal = await service.refusal('sessions.create', { body: { agent: agent.id, environment_id: id } });
    expect(refusal).toMatchObject({ status: 400, code: 'environment_archived' });
  });
});

describe('deleting an environment', () => {
  it('is done when no session refers to it', async () => {
    const { id } = await create();
    const path = { environment_id: id };
    expect(await service.call('environments.delete', { path })).toEqual({ id, type: 'environment_deleted' });
    expect(await service.refusal('environments.retrieve', { path })).toMatchObject({ status: 404 });
  });

  it('is refused while a session refers to it, and done once that is deleted', async () => {
    const { id } = await create();
    const session = await sessionIn(id);
    const path = { environment_id: id };
    expect(await service.refusal('environments.delete', { path })).toMatchObject({ status: 409 });
    await service.call('sessions.delete', { path: { session_id: session.id } });
    expect(await service.call('environments.delete', { path })).toMatchObject({ type: 'environment_deleted' });
  });

  it('is refused while work waits in a self-hosted one, unless forced, which ends the work and the keys', async () => {
    const { id } = await create({ config: { type: 'self_hosted' } });
    const { secret } = await new Keys(service.deps).createEnvironmentKey(home.workspace, id);
    await sessionIn(id);
    const path = { environment_id: id };
    expect(await service.refusal('environments.delete', { path })).toEqual({
      status: 409,
      type: 'invalid_request_error',
      message:
        'Cannot delete self-hosted environment with work in the queue. Either archive the environment first to allow the queue to drain, or use force=true to delete immediately.',
    });
    await service.call('environments.delete', { path, query: { force: 'true' } });
    expect(await service.store.work.queued(home.workspace, id, 10)).toEqual([]);
    expect((await service.store.keys.findByHash(hashOfSecret(secret)))?.revokedAt).not.toBeNull();
  });

  it('can be done again when a crash kept it from ending', async () => {
    const { id } = await create({ config: { type: 'self_hosted' } });
    await sessionIn(id);
    const environments = {
      ...service.store.environments,
      delete: () => Promise.reject(new Error('the power is gone')),
    };
    const path = { environment_id: id };
    const query = { force: 'true' };
    await expect(
      service.with({ store: { ...service.store, environments } }).call('environments.delete', { path, query }),
    ).rejects.toThrow('power');
    expect(await service.call('environments.delete', { path, query })).toMatchObject({ type: 'environment_deleted' });
  });
});

describe('reading environments', () => {
  it('reads a malformed, an absent and a foreign id the same', async () => {
    const { id } = await create();
    for (const [environment_id, as] of [
      ['x', home],
      [nearMiss(id), home],
      [id, elsewhere],
    ] as const) {
      for (const action of ['retrieve', 'update', 'archive', 'delete'] as const) {
        expect(await service.refusal(`environments.${action}`, { path: { environment_id }, body: {}, as })).toEqual({
          status: 404,
          type: 'not_found_error',
          message: `environment ${environment_id} not found`,
        });
      }
    }
  });

  it('lists the workspace alone, newest first, archived ones on request', async () => {
    const as = { ...home, workspace: 'listing' };
    const make = (name: string) => service.call('environments.create', { body: { name }, as });
    const [a] = [await make('a'), await make('b'), await make('c')];
    await service.call('environments.archive', { path: { environment_id: a?.id ?? '' }, as });
    const first = await service.call('environments.list', { query: { limit: '1' }, as });
    expect(first.data.map(({ name }) => name)).toEqual(['c']);
    const rest = await service.call('environments.list', { query: { page: first.next_page ?? '' }, as });
    expect(rest).toMatchObject({ data: [{ name: 'b' }], next_page: null });
    const all = await service.call('environments.list', { query: { include_archived: 'true' }, as });
    expect(all.data.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  });
});
