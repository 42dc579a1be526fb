import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openTraces, type Traces } from '../telemetry/trace-export';
import { log } from './observe';
import { hasSetting, readSetting } from './settings';

/**
 * Traces of the harness, where the stack sends some somewhere.
 *
 * @param provider who serves the model, by the name that OpenTelemetry has for it.
 */
export function openHarnessTraces(provider: string): Traces | undefined {
  if (!hasSetting('traceEndpoint')) return undefined;
  return openTraces({
    endpoint: readSetting('traceEndpoint'),
    headers: hasSetting('traceHeadersSecret') ? readHeaders : undefined,
    content: hasSetting('traceContent'),
    service: readSetting('serviceName'),
    provider,
    log,
  });
}

/** The secret is an object of JSON: a header's name, its value. */
async function readHeaders(): Promise<Readonly<Record<string, string>>> {
  const client = new SecretsManagerClient({});
  const { SecretString = '{}' } = await client.send(
    new GetSecretValueCommand({ SecretId: readSetting('traceHeadersSecret') }),
  );
  // Its text must not get into the message of an error.
  const headers = parsed(SecretString);
  if (!headers) throw new Error('The secret with the headers for traces is not an object of JSON with texts');
  return headers;
}

function parsed(text: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject || Object.values(value).some((header) => typeof header !== 'string')) return undefined;
    return { ...value };
  } catch {
    return undefined;
  }
}
