import assert from 'node:assert/strict';
import { endpointPaths } from '../../../src/wire/endpoints.ts';
import { ids } from '../../support/builders.ts';

describe('the paths of the endpoints', () => {
  it('differ by connection and by kind', () => {
    const paths = [ids.connection, ids.client].flatMap((id) => [
      endpointPaths.idToken(id),
      endpointPaths.managedIdentity(id),
    ]);
    assert.equal(new Set(paths).size, 4);
  });

  it('have no query of their own, since clients append one', () => {
    assert.doesNotMatch(endpointPaths.managedIdentity(ids.connection), /[?#]/);
  });
});
