import assert from 'node:assert/strict';
import { troubleOf } from '../../../src/external/upstream/network-trouble.ts';

/** Codes as Node gives them, for a certificate by its own names of OpenSSL's reasons. */
const rows = [
  { code: 'SELF_SIGNED_CERT_IN_CHAIN', reason: 'certificate' },
  { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', reason: 'certificate' },
  { code: 'CERT_HAS_EXPIRED', reason: 'certificate' },
  { code: 'ERR_TLS_CERT_ALTNAME_INVALID', reason: 'certificate' },
  { code: 'INVALID_CA', reason: 'certificate' },
  { code: 'INVALID_PURPOSE', reason: 'certificate' },
  { code: 'PATH_LENGTH_EXCEEDED', reason: 'certificate' },
  // Node's name for all others, such as a digest or a key that is too weak.
  { code: 'UNSPECIFIED', reason: 'certificate' },
  { code: 'ENOTFOUND', reason: 'host name' },
  { code: 'EAI_AGAIN', reason: 'connection' },
  { code: 'ETIMEDOUT', reason: 'timeout' },
  { code: 'ECONNRESET', reason: 'connection' },
] as const;

describe('Trouble on the way', () => {
  for (const { code, reason } of rows) {
    it(`is one of the ${reason} for ${code}, behind whatever library`, () => {
      const cause = Object.assign(new Error('the text stays behind'), { code });
      const sent = Object.assign(new Error('sent', { cause }), { code: 'REQUEST_SEND_ERROR' });
      for (const error of [cause, sent]) {
        const trouble = troubleOf(error);
        assert.deepEqual([trouble.reason, trouble.code], [reason, code]);
      }
    });
  }
});
