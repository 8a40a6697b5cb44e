import assert from 'node:assert/strict';
import {
  brokerLoginEnvironment,
  cloudRegistration,
  managedIdentityLogin,
  servicePrincipalLogin,
  subscriptionChoice,
  subscriptionState,
  tooOldForBroker,
} from '../../../../src/tools/azure-cli/login.ts';
import { aServiceConnection, ids, someEndpoints } from '../../../support/builders.ts';

const other = '99999999-9999-4999-8999-999999999999';
const account = (id: string, isDefault: boolean): object => ({ id, isDefault });

describe("Azure CLI's arguments", () => {
  it('sign in by the broker as the client of the connection', () => {
    assert.equal(
      managedIdentityLogin(aServiceConnection()).join(' '),
      `login --identity --client-id ${ids.client} --allow-no-subscriptions --only-show-errors --output json`,
    );
  });

  it('name the token file, never the token', () => {
    assert.equal(
      servicePrincipalLogin(aServiceConnection(), '/t/id-token').join(' '),
      `login --service-principal --username ${ids.client} --tenant ${ids.tenant} --federated-token @/t/id-token --allow-no-subscriptions --only-show-errors --output json`,
    );
  });

  it('choose a subscription, and register an Azure Stack by its Resource Manager', () => {
    assert.match(subscriptionChoice(other).join(' '), /^account set --subscription 99999999/);
    assert.match(
      cloudRegistration(aServiceConnection()).join(' '),
      /^cloud register --name AzureCloud --endpoint-resource-manager https:\/\/management\.azure\.com --only/,
    );
  });

  it('come with an address that turns an old az away from the identity of the machine', () => {
    const endpoints = someEndpoints();
    const { MSI_ENDPOINT, IDENTITY_ENDPOINT } = brokerLoginEnvironment(endpoints);
    assert.equal(IDENTITY_ENDPOINT, endpoints.managedIdentityUrl);
    assert.equal(MSI_ENDPOINT, endpoints.managedIdentityUrl);
  });
});

describe('An az for a session by the broker', () => {
  const index = (version: string): string => `\ufeff{"version": "${version}", "commandIndex": {}}`;
  for (const { exitCode, commandIndex, tooOld } of [
    { exitCode: 2, commandIndex: undefined, tooOld: 'an older one' },
    { exitCode: 1, commandIndex: index('2.45.0'), tooOld: '2.45.0' },
    { exitCode: 0, commandIndex: index('2.76.1'), tooOld: '2.76.1' },
    { exitCode: 1, commandIndex: index('2.77.0'), tooOld: undefined },
    { exitCode: 0, commandIndex: index('2.91.0'), tooOld: undefined },
    { exitCode: 0, commandIndex: index('3.0.0'), tooOld: undefined },
    { exitCode: 1, commandIndex: '\ufeff{}', tooOld: undefined },
    { exitCode: undefined, commandIndex: undefined, tooOld: undefined },
  ]) {
    it(`is ${tooOld ?? 'not'} too old with exit code ${exitCode ?? 'none'} and the index ${commandIndex ?? 'missing'}`, () => {
      assert.equal(tooOldForBroker({ exitCode }, commandIndex), tooOld);
    });
  }
});

describe('The subscription after az login', () => {
  const connection = aServiceConnection();
  for (const [what, accounts, state] of [
    ['the only one', [account(ids.subscription, true)], 'chosen'],
    ['the default, in capitals', [account(ids.subscription.toUpperCase(), true)], 'chosen'],
    ['not the default', [account(other, true), account(ids.subscription, false)], 'to choose'],
    ['not listed', [account(other, true)], 'not listed'],
    ['the tenant alone', [account(ids.tenant, true)], 'none listed'],
    ['nothing', [], 'none listed'],
    ['odd entries', [null, 3, { id: 4 }], 'none listed'],
  ] as const) {
    it(`is ${state} where the list has it as: ${what}`, () => {
      assert.equal(subscriptionState(JSON.stringify(accounts), connection), state);
    });
  }

  it('needs no choice for a connection without one, and is not listed in what is no list', () => {
    const without = aServiceConnection({ subscriptionId: undefined });
    assert.equal(subscriptionState('[]', without), 'chosen');
    assert.equal(subscriptionState('<html>', connection), 'none listed');
    assert.equal(subscriptionState('{}', connection), 'none listed');
  });
});
