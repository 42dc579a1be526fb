/** Sends events through the official client, and looks at how they are refused. */
import type Anthropic from '@anthropic-ai/sdk';
import { APIError } from '@anthropic-ai/sdk';
import type { BetaManagedAgentsEventParams } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import { hashOfSecret, makeSecret } from '../../runtime/resources/keys';
import { Api, WORKSPACE, type PlayedThread } from '../http/api';

export const text = (said: string) => [{ type: 'text' as const, text: said }];
export const message = (said: string): BetaManagedAgentsEventParams => ({ type: 'user.message', content: text(said) });

export class Sending {
  private constructor(
    readonly api: Api,
    readonly client: Anthropic,
  ) {}

  static async open(): Promise<Sending> {
    const api = await Api.open();
    return new Sending(api, await api.client());
  }

  send(id: string, ...events: BetaManagedAgentsEventParams[]) {
    return this.client.beta.sessions.events.send(id, { events });
  }

  /** How a send is refused. Fails if anything of it was taken. */
  async refused(id: string, events: readonly unknown[], as: Anthropic = this.client) {
    const thread = this.api.thread(id);
    const before = await thread.store.log.readInbox(thread.ref);
    const error: unknown = await as.beta.sessions.events
      .send(id, { events: events as BetaManagedAgentsEventParams[] })
      .catch((reason: unknown) => reason);
    if (!(error instanceof APIError)) throw new Error('the events were taken');
    expect(await thread.store.log.readInbox(thread.ref)).toEqual(before);
    const body = error.error as { error: { type: string; message: string; details?: { error_code: string } } };
    return { status: error.status, ...body.error };
  }

  /** A session whose thread waits for the results of these calls. */
  async withCalls(
    kind: 'cloud' | 'self_hosted',
    ...calls: Parameters<PlayedThread['call']>
  ): Promise<{ id: string; thread: PlayedThread; environmentId: string; uses: string[] }> {
    const { id, environment_id } = await this.api.session(kind);
    const thread = this.api.thread(id);
    await this.send(id, message('go'));
    await thread.begin();
    return { id, thread, environmentId: environment_id, uses: await thread.call(...calls) };
  }

  async workerOf(environmentId: string): Promise<Anthropic> {
    return this.api.client({ authToken: await this.api.environmentKey(environmentId) });
  }

  /** A worker with nothing but the token of its work item. */
  async itemWorkerOf(environmentId: string, sessionId: string): Promise<Anthropic> {
    const token = makeSecret('session_token');
    const principal = {
      kind: 'session_token' as const,
      workspace: WORKSPACE,
      environmentId,
      sessionId,
      workId: 'work_x',
    };
    const record = { id: 'x', principal, name: null, hint: '', createdAt: 0, expiresAt: null, revokedAt: null };
    await this.api.store.keys.put(hashOfSecret(token), record);
    return this.api.client({ authToken: token });
  }
}
