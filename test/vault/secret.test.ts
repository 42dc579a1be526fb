import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { read, write } from '../../runtime/vault/document';
import { scrub, Secret } from '../../runtime/vault/secret';

const CANARY = 'canary-7f3a9c';

describe('a secret', () => {
  it('shows itself to nobody who does not ask', () => {
    const secret = new Secret(CANARY);
    const holder = { auth: { token: secret }, list: [secret], map: new Map([['k', secret]]) };
    const texts = [
      `${secret}`,
      String(secret),
      JSON.stringify(holder),
      inspect(holder, { depth: 9, showHidden: true }),
      format('%s %o %j', secret, holder, holder),
      new Error(`failed with ${secret}`).stack ?? '',
      inspect(new Error('failed', { cause: holder })),
      Object.values(secret).join(''),
      JSON.stringify(structuredClone({ ...secret })),
    ];
    for (const text of texts) expect(text).not.toContain(CANARY);
    expect(secret.reveal()).toBe(CANARY);
  });

  it('goes through a document and comes back', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (a, b) => {
        const value = { a: new Secret(a), plain: b, nested: [{ b: new Secret(b) }, null, 1], empty: {} };
        const back = read<typeof value>(write(value));
        expect(back.a.reveal()).toBe(a);
        expect((back.nested[0] as { b: Secret }).b.reveal()).toBe(b);
        expect(back).toMatchObject({ plain: b, empty: {} });
      }),
    );
  });
});

describe('a document', () => {
  it('that cannot be read is not quoted', () => {
    const broken = () => read(new Secret(`{"a": ${CANARY}`));
    expect(broken).toThrow('cannot be read');
    expect(inspect(catchFrom(broken))).not.toContain(CANARY);
  });
});

function catchFrom(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('scrubbing', () => {
  it('takes a secret out of what a server echoes, however it is written there', () => {
    const value = fc.stringMatching(/^[ -~]{8,60}$/);
    const around = fc.stringMatching(/^[A-Za-z0-9 ]{0,12}$/);
    fc.assert(
      fc.property(value, around, around, (secret, before, after) => {
        const forms = [
          secret,
          JSON.stringify({ echo: `${before}${secret}${after}` }),
          encodeURIComponent(secret),
          Buffer.from(secret).toString('hex'),
        ];
        const clean = scrub(forms.join('\n'), [new Secret(secret)]);
        for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex')]) {
          expect(clean).not.toContain(form);
        }
        for (const form of ['base64', 'base64url'] as const) {
          const encoded = Buffer.from(`${before}${secret}${after}`).toString(form);
          expect(scrub(encoded, [new Secret(secret)])).toContain('[secret]');
        }
      }),
    );
  });

  it('leaves a text alone that has no secret in it', () => {
    expect(scrub('all is well', [new Secret(CANARY), new Secret('a')])).toBe('all is well');
  });
});
