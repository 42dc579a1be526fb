import { Transform } from 'node:stream';
import type { Substitution } from '../vault/ports';
import { writtenForms } from '../vault/secret';
import { ByteReplacer, type Replacement } from './byte-replacer';

/** A header as it stands on the wire. */
export type Header = readonly [name: string, value: string];

const BASIC = /^(basic +)([a-z0-9+/]+={0,2}) *$/i;

/** A request's headers with the values that belong into them. The user and password of Basic authentication are looked into. */
export function injectHeaders(headers: readonly Header[], substitutions: readonly Substitution[]): Header[] {
  const inHeaders = substitutions.filter((substitution) => substitution.inHeaders);
  const inject = (text: string): string =>
    inHeaders.reduce((injected, { placeholder, value }) => injected.replaceAll(placeholder, value.reveal()), text);
  return headers.map(([name, value]) => {
    const [, scheme, digits] = name.toLowerCase() === 'authorization' ? (BASIC.exec(value) ?? []) : [];
    if (scheme === undefined || digits === undefined) return [name, inject(value)];
    const given = Buffer.from(digits, 'base64').toString('utf8');
    const injected = inject(given);
    return [name, injected === given ? value : `${scheme}${Buffer.from(injected).toString('base64')}`];
  });
}

/** What puts values into a request's body; undefined when none belong there. */
export function bodyInjector(substitutions: readonly Substitution[]): ByteReplacer | undefined {
  const inBody = substitutions.filter((substitution) => substitution.inBody);
  if (inBody.length === 0) return undefined;
  return new ByteReplacer(
    inBody.map(({ placeholder, value }) => ({ from: Buffer.from(placeholder), to: Buffer.from(value.reveal()) })),
  );
}

/** A value that may have been sent, and what is shown in its place. */
export type SentValue = Pick<Substitution, 'placeholder' | 'value'>;

/** Takes values out of what comes back, in any of the forms in which a server may show them. */
export class Scrubber {
  private readonly replacements: readonly Replacement[];

  constructor(sent: readonly SentValue[]) {
    this.replacements = sent.flatMap(({ value, placeholder }) =>
      writtenForms(value).map((form) => ({ from: Buffer.from(form), to: Buffer.from(placeholder) })),
    );
  }

  header([name, value]: Header): Header {
    const replacer = new ByteReplacer(this.replacements);
    const bytes = Buffer.from(value, 'latin1');
    return [name, Buffer.concat([replacer.push(bytes), replacer.end()]).toString('latin1')];
  }

  body(): Transform {
    return replacing(new ByteReplacer(this.replacements));
  }
}

/** A stream in which a replacer is at work. */
export function replacing(replacer: ByteReplacer): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, replacer.push(chunk)),
    flush: (done) => done(null, replacer.end()),
  });
}
