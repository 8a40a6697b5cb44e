import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readConnection, withScheme } from '../../../wif/administration/connection.ts';
import { connection, record, shop } from './records.ts';

describe('A service connection, as administrators read it', () => {
  it('is read whatever the case of its fields, and without what nobody filled in', () => {
    const read = connection({
      data: { CREATIONMODE: 'automatic', creationMode: '', managementGroupId: '' },
      parameters: { ServicePrincipalId: 'x', serviceprincipalid: '' },
    });
    assert.equal(read.creation, 'automatic');
    assert.equal(read.clientId, 'x');
    assert.equal(read.managementGroup, undefined);
    assert.equal(read.id, 'cccccccc-0000-4000-8000-000000000003');
  });

  it('says of an operation that failed what a terminal may show, and no credential', () => {
    const key = 'aB3+'.repeat(10);
    const statusMessage = `Refused.\nSecret ${key} is ##vso[x]wrong.`;
    const { operation } = connection({
      top: { operationStatus: { state: 'Failed', statusMessage } },
    });
    assert.equal(operation.message, 'Refused. Secret *** is #vso[x]wrong.');
  });

  it('has no subscription where there is one of zeros', () => {
    const zeros = '00000000-0000-0000-0000-000000000000';
    assert.equal(connection({ data: { subscriptionId: zeros } }).subscriptionId, undefined);
  });

  for (const value of [null, undefined, 'text', [], {}, { id: 'x' }]) {
    it(`is none in ${inspect(value)}`, () => {
      assert.equal(readConnection(value, shop), undefined);
    });
  }

  it('is sent back whole, but for the scheme and the deadline that only the service sets', () => {
    const { record: before } = connection({
      data: { RevertSchemeDeadline: '2026-11-30' },
      top: { extra: [1] },
    });
    const after = withScheme(before, 'Other');
    const expected = record({ scheme: 'Other', top: { extra: [1] } });
    assert.deepEqual(after, expected);
    assert.ok(!JSON.stringify(before).includes('Other'), 'the record that was read stays as it is');
  });
});
