import { requestDigest } from '../../runtime/harness/model-request';
import { createAnthropicModel } from '../../runtime/model/anthropic';
import { createScriptedModel } from '../support/scripted-model';
import { agentWith } from '../support/session-agent';
import { requestFor, SessionLog } from '../support/session-log';

describe('the settings of a model request', () => {
  const log = new SessionLog().says('Hi');

  it('come from the agent and from what its model can do', () => {
    const model = {
      id: 'claude-opus-5-5',
      effort: { type: 'low' as const },
      speed: 'fast' as const,
      inference_geo: 'us',
    };
    expect(requestFor(log, { agent: { model } })).toMatchObject({
      model: 'claude-opus-5-5',
      max_tokens: 32_000,
      cache_control: { type: 'ephemeral' },
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
      speed: 'fast',
      inference_geo: 'us',
      context_management: { edits: [{ type: 'compact_20260112', trigger: { type: 'input_tokens', value: 800_000 } }] },
      betas: ['compact-2026-01-12', 'fast-mode-2026-02-01'],
    });
  });

  it('are few for a model that nobody described', () => {
    const request = requestFor(log, {
      agent: { tools: [], system: null, model: { id: 'ours', effort: { type: 'low' } } },
    });
    expect(Object.keys(request).toSorted()).toEqual(['cache_control', 'max_tokens', 'messages', 'model']);
  });

  it('put the agent before what it must know of its sandbox', () => {
    const [own, note] = [requestFor(log).system].flat();
    expect(own).toEqual({ type: 'text', text: 'You are a tester.' });
    expect(note).toMatchObject({ text: expect.stringContaining('/workspace') });
    expect(JSON.stringify(requestFor(log, { environment: 'self_hosted' }).system)).not.toContain('/workspace');
    expect(requestFor(log, { agent: { tools: [] } }).system).toEqual([own]);
  });

  it('let the model API drop thinking from before a change of the tools, and only then', () => {
    const agent = agentWith();
    const changed = new SessionLog().says('Hi');
    changed.push({ id: 'sevt_t', type: 'session.updated', title: 'T', processed_at: '' });
    expect(requestFor(changed).thinking).toEqual({ type: 'adaptive' });
    changed.push({ id: 'sevt_u', type: 'session.updated', agent, processed_at: '' });
    expect(requestFor(changed)).toMatchObject({
      thinking: { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } },
      betas: ['compact-2026-01-12', 'thinking-binding-controls-2026-08-01'],
    });
    expect(requestFor(changed, { agent: { model: { id: 'claude-opus-4-8' } } }).thinking).toEqual({ type: 'adaptive' });
  });
});

it('is accepted with thinking from before a change of the tools', async () => {
  const server = await createScriptedModel([
    {
      blocks: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Yes?' },
      ],
    },
  ]);
  try {
    const model = createAnthropicModel({ baseURL: server.url, apiKey: 'any' });
    const log = new SessionLog().says('Hi');
    log.answers((await model.respond(requestFor(log), {})).blocks);
    const agent = agentWith({ tools: [] });
    log.says('Again');
    await expect(model.respond(requestFor(log, { agent }), {})).rejects.toThrow(/bound to a different conversation/);
    log.push({ id: 'sevt_u', type: 'session.updated', agent, processed_at: '' });
    expect(await model.respond(requestFor(log, { agent }), {})).toMatchObject({ stopReason: 'end_turn' });
  } finally {
    await server.close();
  }
});

describe('the digest of a request', () => {
  it('is the same for the same context, and another for any other byte', () => {
    const log = new SessionLog().says('Hi');
    const digest = requestDigest(requestFor(log));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(requestDigest(requestFor(new SessionLog().says('Hi')))).toBe(digest);
    expect(requestDigest(requestFor(new SessionLog().says('Hi!')))).not.toBe(digest);
    expect(requestDigest(requestFor(log, { agent: { system: 'You are a tester' } }))).not.toBe(digest);
  });
});
