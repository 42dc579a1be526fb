import { Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { serviceMetric } from './service-metrics';

/** What can be chosen of a metric that the harness writes for each model. */
export interface ModelMetricOptions extends cloudwatch.MetricOptions {
  /** The id of one model. @default - all models together */
  readonly model?: string;
}

/** What the harness measures of its own work. The lines of its log that carry a number also have the session's id. */
export interface IHarnessMetrics {
  /** How long a harness was at work on a thread, in milliseconds, waiting for tools included. */
  metricWakeTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** How often a harness was at work on a thread. */
  metricWakes(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** From the first event of a turn to its end, in milliseconds. */
  metricTurnTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** From the request to the first content of the model's answer, in milliseconds. */
  metricTimeToFirstToken(props?: ModelMetricOptions): cloudwatch.Metric;
  /** From the request to the end of the model's answer, in milliseconds. */
  metricModelTime(props?: ModelMetricOptions): cloudwatch.Metric;
  /** Model requests without an answer. */
  metricModelErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** Model requests that had to be made again. */
  metricRetries(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** From a call of a sandbox's tool to its result, in milliseconds, the start of the sandbox included. */
  metricToolTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** From a call of an MCP server's tool to its result, in milliseconds. */
  metricMcpToolTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** Tokens that models read, those of the cache aside. */
  metricInputTokens(props?: ModelMetricOptions): cloudwatch.Metric;
  /** Tokens that models wrote. */
  metricOutputTokens(props?: ModelMetricOptions): cloudwatch.Metric;
  /** Tokens that models read from the cache. */
  metricCacheReadTokens(props?: ModelMetricOptions): cloudwatch.Metric;
  /** Tokens that models wrote into the cache. */
  metricCacheWriteTokens(props?: ModelMetricOptions): cloudwatch.Metric;
  /** What tokens and web searches cost, in dollars, by the table of prices. What has no price there is not in it. */
  metricModelCost(props?: ModelMetricOptions): cloudwatch.Metric;
  /** Wakes that found another harness at work on their thread. */
  metricLeaseConflicts(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** Commits that lost against another harness's. More than a few mean that leases lapse while their holders live. */
  metricCommitConflicts(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** Rings that failed to reach their sandbox. The average is their share of all rings, from 0 to 1. */
  metricRingFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** The metrics, for a harness of this stack and for one of another. */
export abstract class HarnessMetrics extends Resource implements IHarnessMetrics {
  /** By what its metrics are told from another's: the name of the stack that the function stands in. */
  protected abstract readonly serviceName: string;

  metricWakeTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'WakeTime', { service: this.serviceName, ...props });
  }

  metricWakes(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metricWakeTime({ statistic: cloudwatch.Stats.SAMPLE_COUNT, label: 'Wakes', ...props });
  }

  metricTurnTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'TurnTime', { service: this.serviceName, ...props });
  }

  metricTimeToFirstToken(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'TimeToFirstToken', this.ofModel(props));
  }

  metricModelTime(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'ModelTime', this.ofModel(props));
  }

  metricModelErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'ModelErrors', { service: this.serviceName, ...props });
  }

  metricRetries(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'Retries', { service: this.serviceName, ...props });
  }

  metricToolTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'ToolTime', { service: this.serviceName, ...props });
  }

  metricMcpToolTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'McpToolTime', { service: this.serviceName, ...props });
  }

  metricInputTokens(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'InputTokens', this.ofModel(props));
  }

  metricOutputTokens(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'OutputTokens', this.ofModel(props));
  }

  metricCacheReadTokens(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'CacheReadTokens', this.ofModel(props));
  }

  metricCacheWriteTokens(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'CacheWriteTokens', this.ofModel(props));
  }

  metricModelCost(props?: ModelMetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'ModelCost', this.ofModel(props));
  }

  metricLeaseConflicts(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'LeaseConflicts', { service: this.serviceName, ...props });
  }

  metricCommitConflicts(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'CommitConflicts', { service: this.serviceName, ...props });
  }

  metricRingFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'RingFailures', { service: this.serviceName, ...props });
  }

  private ofModel({ model, ...options }: ModelMetricOptions = {}) {
    return { service: this.serviceName, ...(model === undefined ? {} : { by: { Model: model } }), ...options };
  }
}
