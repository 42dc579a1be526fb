import fc from 'fast-check';
import { ApiError } from '../../runtime/contract/errors';
import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const AUTHS = [
  { type: 'static_bearer', mcp_server_url: 'https://a.example.com/mcp', token: 't' },
  {
    type: 'mcp_oauth',
    mcp_server_url: 'https://b.example.com/mcp',
    access_token: 'a',
    expires_at: '2099-01-01T00:00:00Z',
    refresh: {
      client_id: 'c',
      token_endpoint: 'https://auth.example.com/token',
      refresh_token: 'r',
      scope: 's',
      resource: 'https://b.example.com',
      token_endpoint_auth: { type: 'client_secret_post', client_secret: 's' },
    },
  },
  {
    type: 'environment_variable',
    secret_name: 'KEY',
    secret_value: 'v',
    networking: { type: 'limited', allowed_hosts: ['a.com', '*.b.com'] },
    injection_location: { header: true, body: false },
  },
];

/** What a part of a body is replaced by. */
const oddity = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, [], {}, [null], true, '\u0000', '\uD800', 'http://[', 'x'.repeat(300)),
  fc.constantFrom<unknown>(
    'static_bearer',
    'mcp_oauth',
    'none',
    'https://a.example.com',
    'http://a/?#',
    '*.',
    '1.2.3.4',
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Every place in a value, as the keys that lead there. */
function places(value: unknown, path: readonly string[] = []): string[][] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[...path], ...below.flatMap(([key, part]) => places(part, [...path, key]))];
}

/** The value with another in one place. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const part = replaced((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value) ? value.with(Number(key), part) : { ...(value as object), [key]: part };
}

/** Whether the request was served; refused as the API refuses is the only other way. */
async function isServed(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false;
    throw error;
  }
}

it('serves or refuses a credential of which any part is replaced by anything, and keeps what it serves', async () => {
  for (const auth of AUTHS) {
    const body = { auth, display_name: 'n', metadata: { a: 'b' } };
    const property = fc.asyncProperty(fc.constantFrom(...places(body)), oddity, async (where, by) => {
      const vault = await service.call('vaults.create', { body: { display_name: 'v' } });
      const path = { vault_id: vault.id };
      const sent = replaced(body, where, by);
      const made = await isServed(service.call('vaults.credentials.create', { path, body: sent }));
      const { data } = await service.call('vaults.credentials.list', { path });
      expect(data).toHaveLength(made ? 1 : 0);
      const [credential] = data;
      if (!credential) return;
      const one = { ...path, credential_id: credential.id };
      await isServed(service.call('vaults.credentials.update', { path: one, body: replaced(body, where, by) }));
      await service.call('vaults.credentials.archive', { path: one });
    });
    await fc.assert(property, { numRuns: 60 });
  }
}, 60_000);
