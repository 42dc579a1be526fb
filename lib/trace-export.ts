import { Token } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { SETTINGS } from '../runtime/aws/settings';

/** Where the harness sends traces, by the conventions of OpenTelemetry for generative AI. */
export interface TraceExport {
  /** An address that takes OTLP over HTTP as JSON, such as `https://collector.example.com/v1/traces`. */
  readonly endpoint: string;

  /**
   * A secret whose text is an object of JSON: the headers that the endpoint asks for, such as a key.
   *
   * @default - none
   */
  readonly headers?: secretsmanager.ISecret;

  /**
   * Whether the traces hold what users, models and tools said. Whoever may read the traces then reads the sessions.
   *
   * @default false
   */
  readonly content?: boolean;
}

/**
 * The variables that tell the harness where traces go.
 *
 * @throws when they would go nowhere, or over the network for everybody to read.
 */
export function traceEnvironment(traces: TraceExport | undefined): Record<string, string> {
  if (!traces) return {};
  const { endpoint, headers, content } = traces;
  if (!Token.isUnresolved(endpoint) && !/^https:\/\/[^/]+\/./.test(endpoint)) {
    throw new Error(
      `traces.endpoint: "${endpoint}" is no address for traces. Give it whole and with https, such as https://collector.example.com/v1/traces`,
    );
  }
  return {
    [SETTINGS.traceEndpoint]: endpoint,
    ...(headers ? { [SETTINGS.traceHeadersSecret]: headers.secretArn } : {}),
    ...(content ? { [SETTINGS.traceContent]: 'true' } : {}),
  };
}
