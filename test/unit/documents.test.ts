import assert from 'node:assert/strict';
import { documents, whereToReadOn } from '../../src/documents.ts';

describe('Where to read on about a failure', () => {
  it('is the heading of its code on the troubleshooting page', () => {
    assert.equal(
      whereToReadOn('CONNECTION_MISSING', 'https://example.com/contoso/tasks/blob/HEAD'),
      ' Read on: https://example.com/contoso/tasks/blob/HEAD/docs/TROUBLESHOOTING.md#connection_missing',
    );
  });

  it('is nowhere in a package that does not know its address', () => {
    assert.equal(documents, undefined);
    assert.equal(whereToReadOn('AADSTS700024', documents), '');
  });
});
