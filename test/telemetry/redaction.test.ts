import * as fc from 'fast-check';
import { makeSecret, SECRET_PREFIXES } from '../../runtime/resources/keys';
import type { Principal } from '../../runtime/store/ports';
import { createLog, type LogFormat } from '../../runtime/telemetry/log';
import { redact } from '../../runtime/telemetry/redaction';
import { Secret } from '../../runtime/vault/secret';

const CANARY = 'C4nary7yQ2xW9vB3';

/** Each kind of credential with a canary in it, in the words in which it would come to a log. */
const LEAKS: Readonly<Record<string, string>> = {
  'a key of the model API': `refused sk-ant-api03-${CANARY}-x_y`,
  'an Authorization header': `sent Authorization: Bearer ${CANARY}.abc`,
  'basic authentication': `Basic ${CANARY}==`,
  'a web token': `token eyJhbGciOiJIUzI1NiJ9.${CANARY}.sig`,
  'a session token of the wire': `eyJzZXNzaW9uc190b2tlbiI6${CANARY}`,
  'a key for Bedrock': `ABSKQmVkcm9ja0FQSUtleS${CANARY}`,
  'a short-lived key for Bedrock': `bedrock-api-key-${CANARY}`,
  'a presigned address': `https://b.s3.amazonaws.com/k?X-Amz-Signature=${CANARY}&X-Amz-Credential=${CANARY}%2Faws4`,
  'a session of AWS': `X-Amz-Security-Token=${CANARY}`,
  'a password in an address': `could not reach https://user:${CANARY}@host/path`,
  'a token of a code host': `git push failed: ghp_${CANARY}${CANARY}`,
  'a token of a package host': `npm_${CANARY}${CANARY}`,
  'a private key': `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n-----END RSA PRIVATE KEY-----`,
  'a private key that was cut off': `-----BEGIN PRIVATE KEY-----\n${CANARY}`,
  'a field that says what it is': `{"client_secret":"${CANARY}","x-api-key": "${CANARY}"}`,
  'a parameter that says what it is': `grant_type=x&refresh_token=${CANARY}&scope=y`,
};

const linesOf = (format: LogFormat) => {
  const lines: string[] = [];
  const log = createLog({ clock: { now: () => 0 }, level: 'debug', format, write: (line) => lines.push(line) });
  return { log, lines };
};

describe.each(['json', 'pretty'] as const)('a %s line', (format) => {
  test.each(Object.entries(LEAKS))('does not show %s, wherever in it it stands', (_name, leak) => {
    const { log, lines } = linesOf(format);
    log({ level: 'info', message: leak });
    log({ level: 'info', message: 'm', fields: { where: leak } });
    log({ level: 'error', message: 'm', error: new Error('outer', { cause: new Error(leak) }) });
    log({ level: 'error', message: 'm', error: new Error(leak) });
    log({ level: 'error', message: 'm', error: leak });
    log({ level: 'info', message: 'm' }, { extra: { deep: [leak] } });
    expect(lines).toHaveLength(6);
    expect(lines.join('\n')).not.toContain(CANARY);
  });

  test('does not show what is known as a secret', () => {
    const { log, lines } = linesOf(format);
    log({
      level: 'error',
      message: `failed with ${String(new Secret(CANARY))}`,
      error: new Error(`${new Secret(CANARY)}`),
    });
    expect(lines.join('')).not.toContain(CANARY);
  });
});

test('no credential that this service makes passes, whatever stands around it', () => {
  const kinds = Object.keys(SECRET_PREFIXES) as Principal['kind'][];
  const text = fc.string({ unit: fc.constantFrom(' ', '"', '\n', '=', ':', ',', 'é') });
  fc.assert(
    fc.property(fc.constantFrom(...kinds), text, text, (kind, before, after) => {
      const secret = makeSecret(kind);
      const random = secret.slice(SECRET_PREFIXES[kind].length);
      return !redact(before + secret + after).includes(random.slice(0, 8));
    }),
  );
});

test('ids, numbers and sentences stay as they are', () => {
  const text =
    'sesn_011CZabcdefghijklmnopqr waits; see req_011CZabcdefghijklmnopqr, arn:aws:lambda:us-east-1:1:function:h, 12 tokens: 5';
  expect(redact(text)).toBe(text);
});

// A rule that goes back over what it has seen takes minutes here.
test.each([
  ['\\\\'],
  [' '],
  ['='],
  ['a'],
  ['-'],
  ['token'],
  ['eyJabcdefgh.'],
  ['//a:b'],
  ['-----BEGIN PRIVATE KEY-----'],
])('a credential is found behind a text of %j', (piece) => {
  const text = `token${piece.repeat(200_000 / piece.length)} sk-ant-api03-${CANARY}`;
  expect(redact(text)).not.toContain(CANARY);
});
