import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createCertificateAuthority } from './certificate-authority.ts';

describe("the emulator's certificate authority", () => {
  it('vouches for hosts of every length', () => {
    const authority = createCertificateAuthority();
    const root = new X509Certificate(authority.certificate);
    assert.ok(root.ca);
    for (let length = 1; length <= 63; length += 1) {
      const host = `${'a'.repeat(length)}.example`;
      const leaf = new X509Certificate(authority.identityFor(host).certificate);
      assert.ok(leaf.verify(root.publicKey));
      assert.ok(leaf.checkIssued(root));
      assert.equal(leaf.checkHost(host), host);
    }
  });
});
