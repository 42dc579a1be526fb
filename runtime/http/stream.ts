/** The streams of sessions and of their threads (reference 6.6, 12.1). */
import { findSession, findThread } from '../resources/events-thread';
import type { OperationsOf, RequestContext } from '../resources/ports';
import type { SessionRecord } from '../store/records';
import { LiveStream, type StreamDeps, type StreamRequest } from './live-stream';
import { streamFrames } from './sse';

type StreamOperations = OperationsOf<'sessions.events.stream' | 'sessions.threads.events.stream'>;

/** What the two operations have in common of their inputs. */
interface StreamInput {
  readonly query: { readonly event_deltas?: StreamRequest['deltas'] | null; readonly from?: string };
  readonly headers: { readonly 'Last-Event-ID'?: string };
}

/** The primary thread's stream is the session's (reference 12.1). */
export function createStreams(deps: StreamDeps): StreamOperations {
  const stream = async (
    context: RequestContext,
    session: SessionRecord,
    { query, headers }: StreamInput,
  ): Promise<Response> => {
    const request = { deltas: query.event_deltas ?? [], from: query.from ?? headers['Last-Event-ID'] };
    const live = await LiveStream.open(deps, context, session, request);
    return streamFrames(live.frames(), () => live.leave());
  };
  return {
    'sessions.events.stream': async (context, input) =>
      stream(context, await findSession(deps.store, context.principal, input.path.session_id), input),
    'sessions.threads.events.stream': async (context, input) =>
      stream(context, await findThread(deps.store, context.principal, input.path), input),
  };
}
