import assert from 'node:assert/strict';
import { outputsOf } from '../../../src/delivery/outputs.ts';
import { anIdToken, aServiceConnection, ids } from '../../support/builders.ts';

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
});
