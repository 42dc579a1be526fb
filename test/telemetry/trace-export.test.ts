import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Fact } from '../../runtime/telemetry/facts';
import type { LogEntry } from '../../runtime/telemetry/log';
import { openTraces, type TraceOptions, type Traces } from '../../runtime/telemetry/trace-export';
import { calls, says, World } from '../support/harness-world';

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly resourceSpans: {
      readonly resource: { readonly attributes: { readonly key: string; readonly value: object }[] };
      readonly scopeSpans: { readonly spans: WireSpan[] }[];
    }[];
  };
}

interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
}

let receiver: Server;
let received: Received[];
let logged: LogEntry[];
let status: number;
let endpoint: string;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(await text(request)) as Received['body'];
      received.push({ path: request.url, headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    })();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1/traces`;
});
afterAll(() => new Promise((resolve) => receiver.close(resolve)));
beforeEach(() => {
  received = [];
  logged = [];
  status = 200;
});

const open = (options: Partial<TraceOptions> = {}): Traces =>
  openTraces({
    endpoint,
    provider: 'anthropic',
    content: false,
    service: 'Stack',
    log: (entry) => void logged.push(entry),
    ...options,
  });

const spansOf = (): WireSpan[] =>
  received.flatMap(({ body }) =>
    body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );

/** Two wakes of one turn, in which the model calls a tool and then answers. */
async function runTurn(traces: Traces): Promise<void> {
  const world = await World.open();
  const deps = { ...world.deps, observe: (fact: Fact) => traces.observe(fact) };
  const session = await world.session();
  world.script = (_request, { say }) => {
    say({ type: 'text', block: 0, text: 'I ' });
    return calls({ id: 'toolu_1', name: 'bash', input: { command: 'echo sk-ant-api03-canary' } });
  };
  world.onWant = async () => {
    world.script = () => says('It says sk-ant-api03-canary');
    const [use] = (await world.history(session)).filter(({ type }) => type === 'agent.tool_use');
    const content = [{ type: 'text', text: 'listing' }];
    await world.send(session, { type: 'user.tool_result', tool_use_id: use?.id, content });
  };
  await world.message(session, 'list it');
  await world.wake(session, { deps });
  await traces.flush();
  await world.close();
}

describe('traces', () => {
  test('reach a collector as one trace of the turn, with the headers that it asks for', async () => {
    await runTurn(open({ headers: async () => ({ 'x-key': 'secret' }) }));
    const spans = spansOf();
    expect(spans.map(({ name }) => name).toSorted()).toEqual([
      'chat claude-opus-5',
      'chat claude-opus-5',
      'execute_tool bash',
      'invoke_agent tester',
    ]);
    const root = spans.find(({ name }) => name.startsWith('invoke_agent'));
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]));
    expect(spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId)).toHaveLength(3);
    expect(received[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-key': 'secret' } });
    expect(received[0]?.body.resourceSpans[0]?.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'Stack' },
    });
  });

  test('say nothing of what was said, unless asked to, and never a credential', async () => {
    await runTurn(open());
    expect(JSON.stringify(received)).not.toMatch(/list it|listing|canary/);
    received = [];
    await runTurn(open({ content: true }));
    expect(JSON.stringify(received)).toContain('list it');
    expect(JSON.stringify(received)).not.toContain('canary');
  });

  test('that cannot be sent are dropped and noted, and the turn goes on', async () => {
    status = 400;
    await runTurn(open());
    expect(logged).toMatchObject([{ level: 'warn', message: 'traces could not be sent', fields: { spans: 4 } }]);
  });

  test('ask for their headers again when these could not be had', async () => {
    let asked = 0;
    const traces = open({
      headers: async () => {
        asked += 1;
        if (asked === 1) throw new Error('no secret');
        return {};
      },
    });
    await runTurn(traces);
    expect(received).toEqual([]);
    await runTurn(traces);
    expect(spansOf()).toHaveLength(4);
  });

  test('send nothing where nothing happened', async () => {
    await open().flush();
    expect(received).toEqual([]);
  });
});
