import { HarnessFunction } from '../../lib/harness-function';
import { METRICS } from '../../runtime/telemetry/metrics';
import { newStack } from './stack';

const harness = HarnessFunction.fromHarnessFunctionAttributes(newStack(), 'Harness', {
  functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:harness',
  version: '3',
  stackName: 'Elsewhere',
});

describe('the metrics of a harness that another stack made', () => {
  test('stand under that stack', () => {
    expect(harness.metricTurnTime()).toMatchObject({
      namespace: 'ManagedAgents',
      metricName: 'TurnTime',
      dimensions: { Service: 'Elsewhere' },
      statistic: 'Average',
    });
  });

  test('can be asked for one model, with another statistic', () => {
    expect(harness.metricModelCost({ model: 'claude-opus-5' })).toMatchObject({
      dimensions: { Service: 'Elsewhere', Model: 'claude-opus-5' },
      statistic: 'Sum',
    });
    expect(harness.metricTimeToFirstToken({ statistic: 'p99' }).statistic).toBe('p99');
    expect(harness.metricWakes()).toMatchObject({ metricName: 'WakeTime', statistic: 'SampleCount' });
  });

  test.each([
    harness.metricInputTokens(),
    harness.metricOutputTokens(),
    harness.metricCacheReadTokens(),
    harness.metricCacheWriteTokens(),
    harness.metricModelTime(),
    harness.metricModelErrors(),
    harness.metricRetries(),
    harness.metricToolTime(),
    harness.metricMcpToolTime(),
    harness.metricLeaseConflicts(),
    harness.metricCommitConflicts(),
    harness.metricRingFailures(),
  ])('$metricName is one that the functions write', ({ metricName }) => {
    expect(Object.keys(METRICS)).toContain(metricName);
  });
});
