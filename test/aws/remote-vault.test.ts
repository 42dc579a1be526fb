import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  createRemoteBroker,
  createRemoteKeeper,
  serveBroker,
  serveKeeper,
  type VaultCall,
} from '../../runtime/aws/remote-vault';
import { systemIds } from '../../runtime/contract/ids';
import { Secret } from '../../runtime/vault/secret';
import { openEngine, type Engine } from '../store/engine';
import { session as sessionRecord } from '../store/values';
import { VaultWorld } from '../support/vault-world';
import { startAwsServer, type AwsServer } from './aws-server';

let engine: Engine;
let world: VaultWorld;
beforeAll(async () => {
  engine = await openEngine();
  world = await VaultWorld.open(engine.store);
});
afterAll(async () => {
  await world.close();
  await engine.close();
});

/** A function behind a client, as Lambda connects them: what goes over is JSON. */
function invoking(handler: (event: VaultCall) => Promise<object>) {
  const payloads: string[] = [];
  const client = new LambdaClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  client.send = (async (command: { input: { Payload: Uint8Array } }) => {
    const sent = Buffer.from(command.input.Payload).toString();
    const answer = JSON.stringify(await handler(JSON.parse(sent) as VaultCall));
    payloads.push(sent, answer);
    return { Payload: Buffer.from(answer) };
  }) as typeof client.send;
  return { payloads, options: { client, functionName: 'vault' } };
}

describe('the boundary between functions', () => {
  it('keeps, changes and forgets as if there were none', async () => {
    const ref = {
      workspace: 'wrkspc_test',
      vaultId: systemIds.make('vault'),
      credentialId: systemIds.make('credential'),
    };
    await world.store.vaultHeads.create(ref);
    const toKeeper = invoking(serveKeeper(world.broker()));
    const keeper = createRemoteKeeper(toKeeper.options);
    const broker = createRemoteBroker(invoking(serveBroker(world.broker())).options);
    const url = 'https://mcp.example.com';
    const entry = { type: 'static_bearer', serverUrl: url, token: new Secret('one') } as const;
    expect(await keeper.keep(ref, entry)).toBe('kept');
    expect(await keeper.keep({ ...ref, credentialId: systemIds.make('credential') }, entry)).toBe('key_taken');
    const record = sessionRecord({ workspace: 'wrkspc_test', vaultIds: [ref.vaultId] });
    await world.store.sessions.create(record);
    const session = { workspace: 'wrkspc_test', sessionId: record.id };
    expect((await broker.bearerFor(session, url))?.token.reveal()).toBe('one');
    expect(await keeper.change(ref, { type: 'static_bearer', token: new Secret('two') })).toBe(true);
    expect((await broker.bearerFor(session, url))?.token.reveal()).toBe('two');
    expect(await broker.bearerFor(session, 'https://other.example.com')).toBeUndefined();
    expect(await keeper.validate(ref)).toBeUndefined();
    await keeper.forget(ref);
    await keeper.close(ref);
    expect(await broker.bearerFor(session, url)).toBeUndefined();
    const answers = toKeeper.payloads.filter((_text, i) => i % 2 === 1);
    expect(answers.join()).not.toMatch(/one|two/);
  });

  it('lets nobody do through one function what is the other one', async () => {
    const call = { operation: 'bearerFor', args: [{ workspace: 'w', sessionId: 's' }, 'https://a.example.com'] };
    await expect(serveKeeper(world.broker())(call)).rejects.toThrow('no such thing');
    for (const operation of ['keep', 'toString', 'constructor', '__proto__']) {
      await expect(serveBroker(world.broker())({ operation, args: [] })).rejects.toThrow('no such thing');
    }
  });

  it('tells nothing of what went wrong behind it', async () => {
    const server: AwsServer = await startAwsServer(() => ({ status: 200, body: { errorMessage: 'canary' } }));
    const client = new LambdaClient(server.config);
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        Object.assign(answer.output, { FunctionError: 'Unhandled' });
        return answer;
      },
      { step: 'initialize' },
    );
    const keeper = createRemoteKeeper({ client, functionName: 'vault' });
    await expect(keeper.close({ workspace: 'w', vaultId: 'v' })).rejects.toThrow('The vault failed to close');
    server.close();
  });
});
