import type { BetaManagedAgentsStreamSessionEvents } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import { accumulateManagedAgentsEvent, type AccumulatedEvent } from '@anthropic-ai/sdk/lib/sessions/accumulate';
import fc from 'fast-check';
import { Previews } from '../../runtime/http/stream-previews';
import type { Commit, PreviewChunk } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';

const REF = { workspace: 'w', sessionId: 's', threadId: 't' };
const START = 1_000_000_000;

/** Previews over chunks that appear when the test says so. */
function previewsOf(wanted: readonly PreviewChunk['eventType'][] = ['agent.message', 'agent.thinking']) {
  const chunks: PreviewChunk[] = [];
  const watches: number[] = [];
  const clock = { time: START, now: () => clock.time };
  const log = {
    watch: async (_: unknown, until: number) => void watches.push(until),
    readPreviews: async (_: unknown, since: number, after = '') =>
      chunks.filter(({ key }) => key > after && Number(key) >= since),
  };
  const previews = new Previews({ log, clock, settings: { watchEveryMs: 20_000 } }, REF, new Set(wanted));
  const put = (
    eventId: string,
    index: number,
    text: string,
    eventType: PreviewChunk['eventType'] = 'agent.message',
  ) => {
    clock.time += 1;
    chunks.push({ key: String(clock.time), eventId, eventType, index, text });
  };
  return { previews, put, clock, watches };
}

const commitAt = (at: number, requestId: string | null, records: Commit['records'] = []): Commit => ({
  n: 1,
  at,
  by: 'test',
  records,
  consumed: [],
  summary: { ...EMPTY_SUMMARY, openRequest: requestId === null ? null : { id: requestId } },
});

const started = (id: string): Commit['records'] => [
  { event: { id, type: 'span.model_request_start', processed_at: '' } },
];

type Frame = BetaManagedAgentsStreamSessionEvents;
const framesIn = (text: string): Frame[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? '') as Frame);

test('whatever the chunks are, the official accumulator takes the frames, and nothing follows the end', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ put: fc.constantFrom('a', 'b'), index: fc.nat(3), text: fc.constantFrom('', 'x', 'y') }),
    },
    { weight: 2, arbitrary: fc.constant('read' as const) },
    { weight: 1, arbitrary: fc.record({ end: fc.constantFrom('a', 'b') }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { previews, put } = previewsOf();
      previews.begin(undefined);
      const messages = new Map<string, AccumulatedEvent | undefined>();
      const ended = new Set<string>();
      for (const taken of [...steps, 'read' as const]) {
        if (taken !== 'read' && 'put' in taken) put(taken.put, taken.index, taken.text);
        if (taken !== 'read' && 'end' in taken) {
          previews.close([{ id: taken.end, type: 'agent.message' }]);
          ended.add(taken.end);
        }
        if (taken !== 'read') continue;
        for (const frame of framesIn(await previews.read())) {
          const id = frame.type === 'event_start' ? frame.event.id : frame.type === 'event_delta' ? frame.event_id : '';
          expect(ended.has(id)).toBe(false);
          if (frame.type === 'event_start') expect(messages.has(id)).toBe(false);
          messages.set(id, accumulateManagedAgentsEvent(messages.get(id), frame));
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('an event whose beginning may be lost is not previewed', async () => {
  const { previews, put, clock } = previewsOf();
  put('old', 0, 'beginning');
  clock.time += 1;
  // A commit in the middle of a request: what came before it is not read, and the rest would not be a prefix.
  previews.begin(commitAt(clock.time, 'request'));
  put('old', 0, 'rest');
  expect(await previews.read()).toBe('');
  put('old', 0, 'more');
  put('new', 0, 'whole');
  expect(framesIn(await previews.read())).toMatchObject([
    { type: 'event_start', event: { id: 'new' } },
    { type: 'event_delta', event_id: 'new' },
  ]);
});

test('an event of a request that the last commit opened is previewed from its beginning', async () => {
  const { previews, put, clock } = previewsOf();
  previews.begin(commitAt(clock.time, 'request', started('request')));
  put('m', 0, 'all of ');
  put('m', 0, 'it');
  expect(framesIn(await previews.read()).length).toBe(3);
});

test('a request that began longer ago than chunks are kept is not previewed', async () => {
  const { previews, put, clock } = previewsOf();
  const last = commitAt(clock.time, 'request', started('request'));
  clock.time += 110_000_000;
  put('m', 0, 'the rest');
  previews.begin(last);
  expect(await previews.read()).toBe('');
});

test('the end of a request ends its previews, sent or not', async () => {
  const { previews, put } = previewsOf();
  previews.begin(undefined);
  put('m', 0, 'never finished');
  await previews.read();
  previews.close([{ id: 'end', type: 'span.model_request_end' }]);
  put('m', 0, 'too late');
  expect(await previews.read()).toBe('');
});

test('only who asks for previews watches, and goes on watching', async () => {
  const nobody = previewsOf([]);
  await nobody.previews.watch();
  expect(nobody.watches).toEqual([]);
  const { previews, watches, clock } = previewsOf();
  await previews.watch();
  await previews.watch();
  expect(watches).toHaveLength(1);
  clock.time += 20_000_000;
  await previews.watch();
  expect(watches).toHaveLength(2);
  expect(watches[0]).toBeGreaterThan(START + 40_000_000);
});
