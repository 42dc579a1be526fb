import 'reflect-metadata';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  AuthorityKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { Secret } from '../vault/secret';

/** An authority as it is kept: whoever has the key can pass as any host to the sandboxes that trust it. */
export interface KeptAuthority {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8, as PEM. */
  readonly key: Secret;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { ...ECDSA, hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60_000;
const AUTHORITY_DAYS = 3_650;
/** Made anew long before they end: some clients take none that is valid for long. */
const LEAF_DAYS = 14;
const RENEW_AFTER_MS = 7 * DAY_MS;
const REMEMBERED = 500;

/**
 * Vouches for the hosts whose TLS ends at the gateway, towards sandboxes alone. Nothing else trusts it. The hosts' certificates share
 * one key, which never leaves the process.
 */
export class CertificateAuthority {
  private readonly contexts = new Map<string, { readonly context: Promise<SecureContext>; readonly until: number }>();
  private readonly hostKeys = generateKeyPairSync('ec', { namedCurve: ECDSA.namedCurve });

  private constructor(
    /** PEM: what sandboxes trust. */
    readonly certificate: string,
    private readonly authority: X509Certificate,
    private readonly key: CryptoKey,
  ) {}

  /** A new authority. */
  static async make(): Promise<KeptAuthority> {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...validFor(AUTHORITY_DAYS),
      serialNumber: serialNumber(),
      name: 'CN=Managed Agents egress gateway',
      keys: { publicKey, privateKey },
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(publicKey),
      ],
    });
    const exported = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
    const key = new Secret(`-----BEGIN PRIVATE KEY-----\n${exported}\n-----END PRIVATE KEY-----\n`);
    return { certificate: `${certificate.toString('pem')}\n`, key };
  }

  /** @throws Error when it is not what `make` has made. */
  static async open({ certificate, key }: KeptAuthority): Promise<CertificateAuthority> {
    const bytes = Buffer.from(key.reveal().replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    const signing = await crypto.subtle.importKey('pkcs8', bytes, ECDSA, false, ['sign']);
    return new CertificateAuthority(certificate, new X509Certificate(certificate), signing);
  }

  /** What a server needs to pass as a host. */
  contextFor(host: string): Promise<SecureContext> {
    const known = this.contexts.get(host);
    if (known && known.until > Date.now()) return known.context;
    const context = this.makeContext(host);
    this.contexts.delete(host);
    this.contexts.set(host, { context, until: Date.now() + RENEW_AFTER_MS });
    context.catch(() => this.contexts.delete(host));
    for (const oldest of this.contexts.keys()) {
      if (this.contexts.size <= REMEMBERED) break;
      this.contexts.delete(oldest);
    }
    return context;
  }

  private async makeContext(host: string): Promise<SecureContext> {
    const spki = this.hostKeys.publicKey.export({ type: 'spki', format: 'der' });
    const publicKey = await crypto.subtle.importKey('spki', spki, ECDSA, true, ['verify']);
    const certificate = await X509CertificateGenerator.create({
      ...validFor(LEAF_DAYS),
      serialNumber: serialNumber(),
      // The name of a host may be longer than a common name can be; clients read the alternative names.
      subject: 'CN=Managed Agents egress gateway for one host',
      issuer: this.authority.subject,
      publicKey,
      signingKey: this.key,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }]),
        await AuthorityKeyIdentifierExtension.create(this.authority.publicKey),
      ],
    });
    return createSecureContext({
      cert: `${certificate.toString('pem')}\n${this.certificate}`,
      key: this.hostKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      minVersion: 'TLSv1.2',
    });
  }
}

/** Clocks differ: a certificate is valid for a day before it was made. */
function validFor(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}

/** Positive, and as random as public authorities must have it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
