import assert from 'node:assert/strict';
import { askThrough } from './through-proxy.ts';
import { claimsOf, openWorkplace, textOf, type Workplace } from './workplace.ts';

describe('the emulated flow', () => {
  let place: Workplace;
  before(async () => {
    place = await openWorkplace();
  });
  after(() => place.close());

  for (const issuer of ['azure-devops', 'entra'] as const) {
    it(`leads from the job's token to a subscription with an ID token of ${issuer}`, async () => {
      const connection = place.emulator.addServiceConnection({ name: `with-${issuer}`, issuer });
      const token = await place.accessToken(connection);
      const url = `https://management.azure.com/subscriptions/${connection.subscriptionId}?api-version=2022-12-01`;
      const answer = await askThrough(place.emulator, url, { bearer: token });
      assert.equal(answer.status, 200);
      assert.equal(answer.json['subscriptionId'], place.emulator.subscriptionId);
    });
  }

  it('dates an ID token of Azure DevOps ten minutes back and lets it live ten minutes', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'dated' });
    const claims = claimsOf(await place.idToken(connection));
    assert.equal(claims['sub'], 'sc://contoso/shop/dated');
    assert.equal(claims['aud'], 'api://AzureADTokenExchange');
    assert.equal(Number(claims['nbf']), Number(claims['iat']) - 600);
    assert.equal(Number(claims['exp']), Number(claims['iat']) + 600);
    assert.equal(claims['iss'], connection.issuer);
  });

  it('gives an ID token of Entra its opaque subject, its numeric audience and no jti', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'opaque', issuer: 'entra' });
    const claims = claimsOf(await place.idToken(connection));
    assert.equal(claims['aud'], 'fb60f99c-7a34-4190-8149-302f77469936');
    assert.match(
      String(claims['sub']),
      /^\/eid1\/c\/pub\/t\/[\w-]{22}\/a\/rISbSSETf0KqFyZ8ppdXmA\/sc\//,
    );
    assert.ok(String(claims['sub']).endsWith(connection.id));
    assert.equal(claims['jti'], undefined);
    assert.equal(typeof claims['uti'], 'string');
  });

  it('keeps the resource to the letter, slash and all', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'slashes' });
    const scope = 'https://management.core.windows.net//.default';
    const token = await place.accessToken(connection, scope);
    assert.equal(claimsOf(token)['aud'], 'https://management.core.windows.net/');
    const listed = await askThrough(
      place.emulator,
      'https://management.azure.com/subscriptions?api-version=2022-12-01',
      { bearer: token },
    );
    assert.equal(listed.status, 200);
  });

  it('signs in a connection to Azure DevOps, which has no subscription', async () => {
    const type = 'WorkloadIdentityUser';
    const connection = place.emulator.addServiceConnection({ name: 'devops', type });
    const { url, data } = connection.endpoint;
    assert.deepEqual(
      [connection.endpoint.type, url, data],
      [type, 'https://dev.azure.com/contoso/', {}],
    );
    const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
    const claims = claimsOf(await place.accessToken(connection, scope));
    assert.equal(claims['aud'], '499b84ac-1321-427f-aa17-267ca6975798');
    assert.equal(claims['appid'], connection.clientId);
  });

  it('tells who is a user of the organization, who is none, and that nobody is anonymous', async () => {
    const type = 'WorkloadIdentityUser';
    const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
    const ask = async (bearer?: string): Promise<readonly [number, string]> => {
      const url = 'https://dev.azure.com/contoso/_apis/connectionData';
      const answer = await askThrough(place.emulator, url, bearer === undefined ? {} : { bearer });
      return [answer.status, JSON.stringify(answer.json)];
    };
    const user = place.emulator.addServiceConnection({ name: 'user', type });
    const [status, told] = await ask(await place.accessToken(user, scope));
    assert.equal(status, 200);
    assert.match(told, /"providerDisplayName":"contoso-shop-user"/);
    const options = { name: 'stranger', type, organizationUser: false } as const;
    const stranger = place.emulator.addServiceConnection(options);
    const refused = await ask(await place.accessToken(stranger, scope));
    assert.equal(refused[0], 401);
    assert.match(refused[1], /TF401444/);
    const forAzure = await ask(await place.accessToken(user));
    assert.match(forAzure[1], /TF400813/);
    assert.match((await ask())[1], /System:PublicAccess/);
  });

  it('takes the lives of tokens from its settings at each issue', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'short' });
    place.emulator.lifetimes.accessTokenSeconds = 120;
    const answer = await place.exchange(connection);
    place.emulator.lifetimes.accessTokenSeconds = 3600;
    assert.equal(answer.json['expires_in'], 120);
  });

  it('answers version 1 of the token endpoint in text', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'version-one' });
    const answer = await askThrough(
      place.emulator,
      `https://login.microsoftonline.com/${connection.tenantId}/oauth2/token`,
      {
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: connection.clientId,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await place.idToken(connection),
          resource: 'https://management.azure.com/',
        }),
      },
    );
    assert.equal(answer.json['expires_in'], '3600');
    assert.equal(answer.json['resource'], 'https://management.azure.com/');
  });

  it('signs in a connection with a secret', async () => {
    const connection = place.emulator.addServiceConnection({
      name: 'secretive',
      scheme: 'ServicePrincipal',
    });
    const secret = connection.endpoint.authorization.parameters['serviceprincipalkey'] ?? '';
    const answer = await askThrough(
      place.emulator,
      `https://login.microsoftonline.com/${connection.tenantId}/oauth2/v2.0/token`,
      {
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: connection.clientId,
          client_secret: secret,
          scope: 'https://management.azure.com/.default',
        }),
      },
    );
    assert.equal(answer.status, 200);
    assert.ok(place.emulator.issued.some((it) => it.kind === 'secret' && it.value === secret));
  });

  const sovereign = [
    [
      'AzureUSGovernment',
      'https://login.microsoftonline.us',
      'https://management.usgovcloudapi.net',
    ],
    ['AzureChinaCloud', 'https://login.chinacloudapi.cn', 'https://management.chinacloudapi.cn'],
    [
      'AzureChinaCloud',
      'https://login.partner.microsoftonline.cn',
      'https://management.chinacloudapi.cn',
    ],
  ] as const;
  for (const [cloud, authority, manager] of sovereign) {
    it(`signs in to ${cloud} at ${authority}`, async () => {
      const connection = place.emulator.addServiceConnection({ name: `in-${cloud}`, cloud });
      const answer = await place.exchange(connection, { authority, scope: `${manager}/.default` });
      const read = await askThrough(
        place.emulator,
        `${manager}/subscriptions/${connection.subscriptionId}?api-version=2022-12-01`,
        { bearer: textOf(answer, 'access_token') },
      );
      assert.equal(read.status, 200);
    });
  }

  it('signs in to an Azure Stack Hub that a test registers', async () => {
    const connection = place.emulator.addServiceConnection({
      name: 'stack',
      cloud: 'AzureStack',
      authorityUrl: 'https://login.shop.example/',
      resourceManagerUrl: 'https://management.shop.example/',
    });
    const resource = connection.endpoint.data['activeDirectoryServiceEndpointResourceId'] ?? '';
    const answer = await place.exchange(connection, {
      authority: 'https://login.shop.example',
      scope: `${resource}/.default`,
    });
    const read = await askThrough(
      place.emulator,
      'https://management.shop.example/subscriptions?api-version=2016-06-01',
      { bearer: textOf(answer, 'access_token') },
    );
    assert.equal(read.status, 200);
  });

  it('remembers every credential that it issued', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'remembered' });
    const job = place.emulator.startJob({ connections: [connection] });
    const idToken = textOf(await place.askForIdToken(job, connection), 'oidcToken');
    const exchanged = await place.exchange(connection, { assertion: idToken });
    const values = place.emulator.issued.map((it) => it.value);
    assert.ok(values.includes(job.jobAccessToken));
    assert.ok(values.includes(idToken));
    assert.ok(values.includes(textOf(exchanged, 'access_token')));
  });

  it('keeps a journal that names requests and never holds a token', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'journaled' });
    const mark = place.emulator.journal.mark();
    const token = await place.accessToken(connection);
    const entries = place.emulator.journal.since(mark);
    assert.deepEqual(
      entries.map(({ route, status, connectionId }) => [route, status, connectionId]),
      [
        ['oidctoken', 200, connection.id],
        ['entra-token', 200, connection.id],
      ],
    );
    assert.equal(entries[1]?.tokenId, claimsOf(token)['uti']);
    assert.ok(!JSON.stringify(place.emulator.journal.entries).includes('eyJ'));
  });
});
