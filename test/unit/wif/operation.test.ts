import assert from 'node:assert/strict';
import { issuerKind, issuerRetires } from '../../../wif/administration/issuer.ts';
import {
  conversion,
  reasonText,
  reversion,
  type SkipReason,
} from '../../../wif/administration/operation.ts';
import { billing, connection, federated, now, shop } from './records.ts';

const vstoken = { workloadIdentityFederationIssuer: 'https://vstoken.dev.azure.com/x' };
const entra = { workloadIdentityFederationIssuer: 'https://login.microsoftonline.com/x/v2.0' };
const fromBilling = {
  isShared: true,
  serviceEndpointProjectReferences: [{ projectReference: billing }, { projectReference: shop }],
};

type Case = readonly [string, Parameters<typeof connection>[0], SkipReason | undefined];

describe('What convert can do with a connection', () => {
  const cases: readonly Case[] = [
    ['automatic with a secret', {}, undefined],
    [
      'shared with others',
      {
        top: {
          isShared: true,
          serviceEndpointProjectReferences: [
            { projectReference: shop },
            { projectReference: billing },
          ],
        },
      },
      undefined,
    ],
    ['shared from another project', { top: fromBilling }, 'shared-from-another-project'],
    ['manual', { data: { creationMode: 'Manual' } }, 'manual'],
    ['of an unknown origin', { data: { creationMode: '' } }, 'manual'],
    ['for Azure Stack', { data: { environment: 'AzureStack' } }, 'azure-stack'],
    ['for another cloud', { data: { environment: 'AzureChinaCloud' } }, undefined],
    ['federated', { scheme: federated, parameters: entra }, 'already-federated'],
    ['federated by Azure DevOps', { scheme: federated, parameters: vstoken }, 'issuer-retires'],
    [
      'federated by Azure DevOps in another cloud',
      { scheme: federated, parameters: vstoken, data: { environment: 'AzureUSGovernment' } },
      'already-federated',
    ],
    [
      'with the identity of the agent',
      { scheme: 'ManagedServiceIdentity' },
      'identity-of-the-agent',
    ],
    ['with a publish profile', { scheme: 'PublishProfile' }, 'other-scheme'],
    ['of another type', { top: { type: 'github' }, scheme: 'Token' }, 'not-azure-resource-manager'],
    ['in trouble', { top: { isReady: false } }, 'not-ready'],
    [
      'under way',
      { top: { isReady: false, operationStatus: { state: 'InProgress' } } },
      'under-way',
    ],
    [
      'one whose conversion failed',
      { top: { isReady: false, operationStatus: { state: 'Failed' } } },
      undefined,
    ],
  ];
  for (const [title, parts, reason] of cases) {
    it(`is ${reason ?? 'to convert it'} when it is ${title}`, () => {
      const verdict = conversion.verdict(connection(parts), now);
      assert.equal(verdict.can ? undefined : verdict.reason, reason);
    });
  }

  it('is told with the project that owns a shared connection', () => {
    const text = reasonText('shared-from-another-project', connection({ top: fromBilling }));
    assert.equal(text, 'is shared from project billing: convert it there');
  });
});

describe('What revert can do with a connection', () => {
  const until = (revertSchemeDeadline: string) => ({
    scheme: federated,
    data: { revertSchemeDeadline },
  });
  const cases: readonly Case[] = [
    ['within its deadline', until('2026-11-23T12:00:01Z'), undefined],
    ['at its deadline', until('2026-11-23T12:00:00Z'), 'revert-too-late'],
    ['without a deadline', { scheme: federated }, 'not-converted'],
    ['with a deadline that is no date', until('soon'), 'not-converted'],
    ['with a secret', {}, 'already-secret'],
    ['of another type', { top: { type: 'github' } }, 'not-azure-resource-manager'],
  ];
  for (const [title, parts, reason] of cases) {
    it(`is ${reason ?? 'to revert it'} when it is ${title}`, () => {
      const verdict = reversion.verdict(connection(parts), now);
      assert.equal(verdict.can ? undefined : verdict.reason, reason);
    });
  }
});

describe('The issuer of a connection', () => {
  it('is known by its host alone', () => {
    const kind = (issuer: string) => issuerKind({ scheme: federated, issuer });
    assert.equal(kind('https://vstoken.dev.azure.com/x'), 'azure-devops');
    assert.equal(kind('https://login.microsoftonline.us/x/v2.0'), 'entra');
    assert.equal(kind('https://vstoken.dev.azure.com.example/x'), 'unknown');
    assert.equal(kind('no address'), 'unknown');
    assert.equal(issuerKind({ scheme: 'ServicePrincipal', issuer: undefined }), 'none');
  });

  it('retires in the public cloud only', () => {
    const old = { scheme: federated, issuer: vstoken.workloadIdentityFederationIssuer };
    assert.ok(issuerRetires({ ...old, environment: 'azurecloud' }));
    assert.ok(!issuerRetires({ ...old, environment: 'AzureChinaCloud' }));
  });
});
