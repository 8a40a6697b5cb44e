import assert from 'node:assert/strict';
import { outputsOf } from '../../../../src/delivery/variables/outputs.ts';
import { anIdToken, aServiceConnection, ids, someEndpoints } from '../../../support/builders.ts';

describe('the output variables', () => {
  it('tell who is signed in, and until when the first ID token holds', () => {
    const idToken = anIdToken({ issuer: 'the-issuer', subject: 'the-subject' });
    assert.deepEqual(outputsOf(aServiceConnection(), idToken), {
      clientId: ids.client,
      tenantId: ids.tenant,
      subscriptionId: ids.subscription,
      issuer: 'the-issuer',
      subject: 'the-subject',
      idTokenExpiresOn: '2026-03-14T12:10:00.000Z',
    });
  });

  it('tell nothing of an ID token that was not asked for, and no subscription that is not there', () => {
    const connection = aServiceConnection({ subscriptionId: undefined });
    assert.deepEqual(outputsOf(connection, undefined), {
      clientId: ids.client,
      tenantId: ids.tenant,
      subscriptionId: '',
    });
  });

  it('tell where fresh ID tokens are, if the broker keeps them so', () => {
    const fresh = { tokenFile: '/agent/_temp/id-token', endpoints: someEndpoints() };
    const outputs = outputsOf(aServiceConnection(), anIdToken(), fresh);
    assert.equal(outputs['tokenFile'], '/agent/_temp/id-token');
    assert.equal(outputs['oidcRequestUrl'], fresh.endpoints.idTokenUrl);
    assert.equal(outputs['oidcRequestToken'], fresh.endpoints.idTokenCapability);
    const once = outputsOf(aServiceConnection(), anIdToken(), { tokenFile: fresh.tokenFile });
    assert.equal(once['tokenFile'], undefined);
  });
});
