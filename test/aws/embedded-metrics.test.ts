import type { WorkRecord } from '../../runtime/store/work-ports';
import { embedMetrics } from '../../runtime/aws/embedded-metrics';
import { createLog } from '../../runtime/telemetry/log';
import { createObserver } from '../../runtime/telemetry/observer';

const work = { id: 'work_1', sessionId: 'sesn_1' } as WorkRecord;

function open() {
  const lines: string[] = [];
  const log = createLog({ clock: { now: () => 0 }, level: 'error', format: 'json', write: (line) => lines.push(line) });
  const observe = createObserver(
    log,
    embedMetrics(() => 'Stack'),
  );
  return { observe, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('metrics in the log', () => {
  test('stand in the line of their fact, for the service and for their dimension, at every level', () => {
    const { observe, lines } = open();
    observe({ type: 'sandbox_start', work, outcome: 'warm' });
    expect(lines()).toEqual([
      {
        time: '1970-01-01T00:00:00Z',
        level: 'info',
        message: 'a sandbox was asked for',
        session_id: 'sesn_1',
        work_id: 'work_1',
        outcome: 'warm',
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'ManagedAgents',
              Dimensions: [['Service'], ['Service', 'Start']],
              Metrics: [{ Name: 'SandboxStarts', Unit: 'Count' }],
            },
          ],
        },
        Service: 'Stack',
        Start: 'warm',
        SandboxStarts: 1,
      },
    ]);
  });

  test('every name and dimension that is announced has a value in the line', () => {
    const { observe, lines } = open();
    observe({ type: 'sweep', found: 0, age: 2_000_000 });
    observe({ type: 'sandbox_ready', work, startedAt: 0, endedAt: 1_000 });
    for (const line of lines()) {
      const { _aws: embedded } = line;
      const { CloudWatchMetrics: directives } = embedded as {
        CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[];
      };
      const announced = directives.flatMap(({ Dimensions, Metrics }) => [
        ...Dimensions.flat(),
        ...Metrics.map(({ Name }) => Name),
      ]);
      expect(Object.keys(line)).toEqual(expect.arrayContaining(announced));
    }
    expect(lines()).toHaveLength(2);
  });

  test('a fact without numbers is a line like any other', () => {
    const { observe, lines } = open();
    observe({ type: 'stream_failure', requestId: 'req_1', sessionId: 'sesn_1', error: new Error('no table') });
    observe({
      type: 'request',
      requestId: 'req_2',
      method: 'GET',
      operation: 'agents.list',
      status: 200,
      startedAt: 0,
      endedAt: 5_000,
    });
    expect(lines()).toMatchObject([{ level: 'error', message: 'a stream broke off', error_message: 'no table' }]);
    expect(lines()[0]).not.toHaveProperty('_aws');
  });
});
