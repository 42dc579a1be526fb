/**
 * The SDK's documentation shows one call of each method. The client really makes these calls here, to a server that only
 * finds the route and checks the request: so route table and shapes are tried against requests that they were not derived from.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { ROUTES } from '../../runtime/contract/generated/routes';
import type { OperationName } from '../../runtime/contract/operations';
import { matchRoute } from '../../runtime/contract/routes';
import { validateInput } from '../../runtime/contract/validate';

const RESOURCES = join(__dirname, '../../node_modules/@anthropic-ai/sdk/src/resources/beta');
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...parameters: string[]
) => (client: Anthropic, fs: object, console: object) => Promise<unknown>;

/** How the example of a method begins. The others, written by hand, show how to run a worker. */
const CALL = /^(?:const \w+ =\s+await client|await client|\/\/ Automatically fetches)/;

/** The code of the methods' examples in the SDK's comments. */
function examples(): string[] {
  const files = readdirSync(RESOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const comments = files.flatMap((file) => [
    ...readFileSync(join(RESOURCES, file), 'utf8').matchAll(/\* @example\n\s*\* ```ts\n(.*?)\n\s*\* ```/gs),
  ]);
  return comments.map(([, code = '']) => code.replaceAll(/^ *\* ?/gm, '')).filter((code) => CALL.test(code));
}

/** A client whose requests are looked at by the contract, which tells `see` what it makes of them. */
function clientSeenBy(see: (operation: OperationName, refusal?: unknown) => void): Anthropic {
  return new Anthropic({
    apiKey: 'key',
    maxRetries: 0,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const { pathname, searchParams } = new URL(request.url);
      const match = matchRoute(request.method, pathname);
      if (!match) return Response.json({});
      const { operation, path } = match;
      const isForm = ROUTES[operation].body === 'multipart';
      const body: unknown = isForm ? await request.formData() : JSON.parse((await request.text()) || '{}');
      try {
        validateInput(operation, { path, query: searchParams, body, headers: request.headers });
        see(operation);
      } catch (refusal) {
        see(operation, refusal);
      }
      return Response.json({ data: [] });
    },
  });
}

describe('the examples of the SDK', () => {
  it('reach each operation with a request that is accepted', async () => {
    const refusals: unknown[] = [];
    const accepted = new Set<OperationName>();
    const client = clientSeenBy((operation, refusal) => {
      if (refusal === undefined) accepted.add(operation);
      else refusals.push([operation, refusal]);
    });
    const fs = { createReadStream: () => new File(['text'], 'file.txt') };
    const silent = { log: () => undefined };
    // A few go on with the answer, which is not what they expect; by then their call has been seen.
    await Promise.allSettled(
      examples().map((code) => new AsyncFunction('client', 'fs', 'console', code)(client, fs, silent)),
    );
    expect(refusals).toEqual([]);
    expect(Object.keys(ROUTES).filter((operation) => !accepted.has(operation as OperationName))).toEqual([]);
  });
});
