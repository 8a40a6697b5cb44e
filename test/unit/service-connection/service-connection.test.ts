import assert from 'node:assert/strict';
import {
  readAzureConnection,
  scopeOf,
  withNameFrom,
  withSubscription,
  type RawEndpoint,
} from '../../../src/service-connection/service-connection.ts';
import { anEndpoint, aServiceConnection, ids } from '../../support/builders.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';

const { parameters, data } = anEndpoint();
const zeros = '00000000-0000-0000-0000-000000000000';

describe('a service connection', () => {
  it('is read in our own words', () => {
    const connection = readAzureConnection(anEndpoint());
    assert.deepEqual(
      { ...connection, cloud: connection.cloud.name },
      {
        kind: 'azureRM',
        id: ids.connection,
        name: 'production',
        step: undefined,
        clientId: ids.client,
        tenantId: ids.tenant,
        subscriptionId: ids.subscription,
        cloud: 'AzureCloud',
        authorityHost: new URL('https://login.microsoftonline.com/'),
        resourceManager: new URL('https://management.azure.com/'),
        resourceManagerScope: 'https://management.azure.com/.default',
        propagationMs: 60_000,
      },
    );
  });

  const subject = 'workloadidentityfederationsubject';
  for (const [told, changes, name] of [
    ['its subject', { step: 'Sign in' }, 'production'],
    ['its subscription', { parameters: { ...parameters, [subject]: '/eid1/c/x' } }, 'Contoso'],
    ['its step', { parameters: { ...parameters, [subject]: '' }, data, step: 'Go' }, 'of step Go'],
    ['its ID', { parameters: { ...parameters, [subject]: '' }, data }, ids.connection],
  ] as const) {
    it(`is called by ${told}`, () => {
      const named = { ...data, subscriptionname: 'Contoso' };
      const endpoint = anEndpoint({ data: named, ...changes });
      assert.equal(readAzureConnection(endpoint).name, name);
    });
  }

  it('has a name that a log can show', () => {
    const hostile = { ...parameters, [subject]: 'sc://o/p/a\r\n####vso[task.debug]b' };
    const { name } = readAzureConnection(anEndpoint({ parameters: hostile }));
    assertSafeForLogs(name);
  });

  it('takes the name that its ID token tells, and keeps the one that it had otherwise', () => {
    const connection = aServiceConnection({ name: 'Contoso' });
    assert.equal(withNameFrom({ subject: 'sc://o/p/shop' }, connection).name, 'shop');
    assert.equal(withNameFrom({ subject: '/eid1/c/pub' }, connection).name, 'Contoso');
  });

  it('may name its scheme in any case', () => {
    const connection = readAzureConnection(anEndpoint({ scheme: 'workloadidentityfederation' }));
    assert.equal(connection.clientId, ids.client);
  });

  for (const scheme of [undefined, '', 'ServicePrincipal', 'ManagedServiceIdentity', 'OAuth']) {
    it(`is refused when it does not use federation: ${String(scheme)}`, () => {
      const { message, remedy } = failureOf(
        () => readAzureConnection(anEndpoint({ scheme })),
        'CONNECTION_NOT_FEDERATED',
      );
      assert.ok(message.includes('"production"'));
      assert.ok(remedy.includes('Convert'));
    });
  }

  const incomplete: readonly (readonly [what: string, changes: Partial<RawEndpoint>])[] = [
    ['ID', { id: 'production' }],
    ['client ID', { parameters: { tenantid: ids.tenant } }],
    ['client ID', { parameters: { ...parameters, serviceprincipalid: `${ids.client} x` } }],
    ['tenant ID', { parameters: { serviceprincipalid: ids.client } }],
    ['tenant ID', { parameters: { ...parameters, tenantid: 'contoso.onmicrosoft.com' } }],
    ['subscription ID', { data: { ...data, subscriptionid: 'Production' } }],
    ['address', { url: 'http://management.azure.com/' }],
    ['address', { url: 'management.azure.com' }],
    ['address', { url: 'https://user@management.azure.com/' }],
    ['authority host', { data: { ...data, environmentauthorityurl: 'http://login.local/' } }],
    ['authority host', { data: { ...data, environmentauthorityurl: 'https://:x@login.local/' } }],
    ['authority host', { data: { environment: 'AzureStack' } }],
    [
      'address',
      {
        url: undefined,
        data: { environment: 'AzureStack', environmentauthorityurl: 'https://x/' },
      },
    ],
  ];
  for (const [what, changes] of incomplete) {
    it(`is refused for its ${what}: ${JSON.stringify(changes)}`, () => {
      const { message } = failureOf(
        () => readAzureConnection(anEndpoint(changes)),
        'CONNECTION_INCOMPLETE',
      );
      assert.ok(message.includes(`of its ${what}, it has`), message);
    });
  }

  for (const around of [' ID\n', '{ID}', ' {ID} ', '\tID']) {
    it(`takes IDs as people paste them: ${JSON.stringify(around)}`, () => {
      const pasted = (id: string): string => around.replace('ID', id);
      const read = readAzureConnection(
        anEndpoint({
          parameters: { serviceprincipalid: pasted(ids.client), tenantid: pasted(ids.tenant) },
          data: { ...data, subscriptionid: pasted(ids.subscription) },
        }),
      );
      assert.equal(read.clientId, ids.client);
      assert.equal(read.tenantId, ids.tenant);
      assert.equal(read.subscriptionId, ids.subscription);
    });
  }

  it('is refused with what stands in the field, but for a user and a password', () => {
    const messageFor = (changes: Parameters<typeof anEndpoint>[0]): string =>
      failureOf(() => readAzureConnection(anEndpoint(changes)), 'CONNECTION_INCOMPLETE').message;
    const tenant = { parameters: { ...parameters, tenantid: 'contoso.onmicrosoft.com' } };
    assert.match(messageFor(tenant), /no GUID, "contoso\.onmicrosoft\.com"\./);
    const password = messageFor({ url: 'https://me:secret@management.azure.com/' });
    assert.match(password, /address, "https:\/\/management\.azure\.com\/"\./);
  });

  for (const subscriptionid of [undefined, '', zeros]) {
    it(`has no subscription where it is for a management group: ${String(subscriptionid)}`, () => {
      const without = {
        environment: 'AzureCloud',
        ...(subscriptionid === undefined ? {} : { subscriptionid }),
      };
      assert.equal(readAzureConnection(anEndpoint({ data: without })).subscriptionId, undefined);
    });
  }
});

describe('the authority host of a connection', () => {
  const hosts = [
    [undefined, 'https://login.microsoftonline.com/'],
    ['', 'https://login.microsoftonline.com/'],
    ['https://login.windows.net/', 'https://login.microsoftonline.com/'],
    ['https://LOGIN.windows.net/common', 'https://login.microsoftonline.com/'],
    ['https://sts.windows.net/', 'https://login.microsoftonline.com/'],
    ['https://login.contoso.example', 'https://login.contoso.example/'],
    ['https://login.contoso.example:8443/x?y#z', 'https://login.contoso.example:8443/'],
    ['https://login.windows.net.example/', 'https://login.windows.net.example/'],
  ] as const;
  for (const [named, host] of hosts) {
    it(`is ${host} for ${JSON.stringify(named)}`, () => {
      const authority = named === undefined ? {} : { environmentauthorityurl: named };
      const connection = readAzureConnection(anEndpoint({ data: { ...data, ...authority } }));
      assert.equal(connection.authorityHost.href, host);
    });
  }

  it('is that of the cloud where the connection names none', () => {
    const connection = readAzureConnection(
      anEndpoint({ data: { environment: 'AzureChinaCloud' } }),
    );
    assert.equal(connection.authorityHost.href, 'https://login.chinacloudapi.cn/');
  });
});

describe("Resource Manager's address and scope", () => {
  it('come from the cloud where the connection has no address', () => {
    for (const url of [undefined, '']) {
      const connection = readAzureConnection(
        anEndpoint({ url, data: { environment: 'AzureUSGovernment' } }),
      );
      assert.equal(connection.resourceManager.href, 'https://management.usgovcloudapi.net/');
      assert.equal(
        connection.resourceManagerScope,
        'https://management.usgovcloudapi.net/.default',
      );
    }
  });

  it("stay apart: the address is the connection's own, the scope is that of the cloud", () => {
    const connection = readAzureConnection(anEndpoint({ url: 'https://arm.contoso.example' }));
    assert.equal(connection.resourceManager.href, 'https://arm.contoso.example/');
    assert.equal(connection.resourceManagerScope, 'https://management.azure.com/.default');
  });

  const stack = {
    environment: 'AzureStack',
    environmentauthorityurl: 'https://login.stack.example/',
    activedirectoryserviceendpointresourceid: 'https://management.stack.example/guid',
  };
  it('are those that an Azure Stack names', () => {
    const connection = readAzureConnection(
      anEndpoint({ url: 'https://management.stack.example', data: stack }),
    );
    assert.equal(connection.resourceManagerScope, 'https://management.stack.example/guid/.default');
  });

  for (const data of [
    { ...stack, activedirectoryserviceendpointresourceid: '' },
    { environment: stack.environment, environmentauthorityurl: stack.environmentauthorityurl },
  ]) {
    it(`are one where an Azure Stack names no audience: ${Object.keys(data).length} data`, () => {
      const connection = readAzureConnection(
        anEndpoint({ url: 'https://management.stack.example', data }),
      );
      assert.equal(connection.resourceManagerScope, 'https://management.stack.example//.default');
    });
  }
});

describe('a scope', () => {
  it('keeps the slash at the end of its resource, which is part of the audience', () => {
    assert.equal(scopeOf('https://vault.azure.net'), 'https://vault.azure.net/.default');
    assert.equal(
      scopeOf('https://management.core.windows.net/'),
      'https://management.core.windows.net//.default',
    );
  });
});

describe('a connection for another subscription', () => {
  const other = '99999999-9999-4999-8999-999999999999';

  it('differs in nothing but the subscription', () => {
    const connection = aServiceConnection();
    assert.deepEqual(withSubscription(connection, other), { ...connection, subscriptionId: other });
  });

  it('is the same where no other is wanted', () => {
    const connection = aServiceConnection();
    assert.equal(withSubscription(connection, undefined), connection);
  });

  for (const wrong of ['Production', `${other}/x`, `${other}\n`, '../tenants', '##vso[x]\n']) {
    it(`is refused for what is no subscription ID: ${JSON.stringify(wrong)}`, () => {
      const { message } = failureOf(
        () => withSubscription(aServiceConnection(), wrong),
        'INPUT_INVALID',
      );
      assert.ok(message.includes('subscriptionId'));
      assertSafeForLogs(message);
    });
  }

  it('is refused without repeating a whole page of input', () => {
    const { message } = failureOf(() => withSubscription(aServiceConnection(), 'x'.repeat(9_000)));
    assert.ok(message.length < 300);
  });
});
