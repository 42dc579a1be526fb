import { X509Certificate } from 'node:crypto';
import { CertificateAuthority } from '../../runtime/egress/certificate-authority';

describe('the authority of the gateway', () => {
  it('is the same one when it is opened again, and shows its key to nobody', async () => {
    const kept = await CertificateAuthority.make();
    const [one, other] = await Promise.all([CertificateAuthority.open(kept), CertificateAuthority.open(kept)]);
    expect(one.certificate).toBe(other.certificate);
    expect(JSON.stringify(kept)).not.toContain('PRIVATE');
    const certificate = new X509Certificate(kept.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('makes one certificate for a host, and uses it again', async () => {
    const authority = await CertificateAuthority.open(await CertificateAuthority.make());
    expect(await authority.contextFor('a.example')).toBe(await authority.contextFor('a.example'));
    expect(await authority.contextFor('a.example')).not.toBe(await authority.contextFor('b.example'));
  });
});
