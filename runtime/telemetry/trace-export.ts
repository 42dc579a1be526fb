import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type HrTime } from '@opentelemetry/api';
import type { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { Micros } from '../contract/time';
import type { Observe } from './facts';
import type { Log } from './log';
import { redact } from './redaction';
import { spansOf, type Span, type SpanOptions } from './spans';

/** Where traces go, and what is in them. */
export interface TraceOptions extends SpanOptions {
  /** An address that takes OTLP over HTTP, as JSON: `https://collector.example.com/v1/traces`. */
  readonly endpoint: string;
  /** What is sent along, such as a key. Asked for when the first spans are sent. @default none */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** What tells this service's traces from others'. */
  readonly service: string;
  /** Told when spans could not be sent. They are dropped then: a trace is never worth a turn. */
  readonly log: Log;
}

export interface Traces {
  readonly observe: Observe;
  /** Sends what is there. Resolves when it was taken, or dropped; never rejects. */
  flush(): Promise<void>;
}

/** More than this are not kept between two flushes. */
const MAX_WAITING = 2_000;
/** How long spans wait for others while a wake goes on. */
const GATHERING_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** What a collector can be expected to take of one attribute. */
const LONGEST_TEXT = 256_000;

type ReadableSpan = Parameters<(typeof JsonTraceSerializer)['serializeRequest']>[0][number];
type Send = (spans: readonly Span[]) => Promise<void>;

/** Traces by OTLP. Its code is loaded when the first spans are sent, so that it costs nobody else a start. */
export function openTraces(options: TraceOptions): Traces {
  let waiting: Span[] = [];
  let sending: Promise<Send> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const spans = waiting;
    waiting = [];
    if (spans.length === 0) return;
    try {
      const send = await (sending ??= openSender(options));
      await send(spans);
    } catch (error) {
      // Opened anew the next time: it may be the headers that could not be had.
      sending = undefined;
      options.log({ level: 'warn', message: 'traces could not be sent', fields: { spans: spans.length }, error });
    }
  }

  return {
    observe: (fact) => {
      waiting.push(...spansOf(fact, options));
      waiting.splice(0, waiting.length - MAX_WAITING);
      if (waiting.length > 0) timer ??= setTimeout(() => void flush(), GATHERING_MS).unref();
    },
    flush,
  };
}

async function openSender({ endpoint, headers, service }: TraceOptions): Promise<Send> {
  const [{ JsonTraceSerializer }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/otlp-transformer'),
    import('@opentelemetry/resources'),
  ]);
  const resource = resourceFromAttributes({ 'service.name': service });
  const sent = { 'content-type': 'application/json', ...(await headers?.()) };
  return async (spans) => {
    const body = JsonTraceSerializer.serializeRequest(spans.map((span) => readable(span, resource)));
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { ok, status } = await fetch(endpoint, {
      method: 'POST',
      headers: sent,
      body: Buffer.from(body ?? []),
      // The headers are meant for this address alone.
      redirect: 'error',
      signal,
    });
    if (!ok) throw new Error(`The collector answered with status ${status}`);
  };
}

const SCOPE = { name: 'managed-agents' };

function readable(span: Span, resource: Resource): ReadableSpan {
  const { traceId, spanId, parentId, name, kind, startedAt, endedAt, error } = span;
  const context = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED });
  return {
    name,
    kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context(spanId),
    ...(parentId === undefined ? {} : { parentSpanContext: context(parentId) }),
    startTime: time(startedAt),
    endTime: time(endedAt),
    duration: time(endedAt - startedAt),
    status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    attributes: shown(span.attributes),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** No credential leaves in a trace, whoever said it. */
function shown(attributes: Span['attributes']): Attributes {
  const safe: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object') safe[name] = value.map(redact);
    else safe[name] = typeof value === 'string' ? redact(value.slice(0, LONGEST_TEXT)) : value;
  }
  return safe;
}

const time = (at: Micros): HrTime => [Math.floor(at / 1_000_000), (at % 1_000_000) * 1_000];
