import assert from 'node:assert/strict';
import type { ServiceConnection } from './emulator.ts';
import { askThrough, type Answer } from './through-proxy.ts';
import { claimsOf, openWorkplace, textOf, type Workplace } from './workplace.ts';

const guestTenant = '11111111-2222-4333-8444-555555555555';

describe('the emulated resources, roles, directory and registry', () => {
  let place: Workplace;
  let connection: ServiceConnection;
  before(async () => {
    place = await openWorkplace();
    const { emulator } = place;
    connection = emulator.addServiceConnection({ name: 'prod' });
    emulator.office.giveRights(connection.clientId, {});
    emulator.office.changeApplication(connection.clientId, {
      otherTenants: new Set([guestTenant]),
    });
    const group = await arm('PUT', '/resourceGroups/shop', { location: 'westeurope' });
    assert.equal(group.status, 201);
  });
  after(() => place.close());

  async function arm(method: string, path: string, body?: unknown): Promise<Answer> {
    const [where, query = ''] = path.split('?');
    const url = `https://management.azure.com/subscriptions/${connection.subscriptionId}${where ?? ''}?api-version=2024-01-01${query}`;
    const bearer = await place.accessToken(connection);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return askThrough(place.emulator, url, { method, bearer, ...sent });
  }

  async function graph(path: string): Promise<Answer> {
    const bearer = await place.accessToken(connection, 'https://graph.microsoft.com/.default');
    return askThrough(place.emulator, `https://graph.microsoft.com/v1.0/${path}`, { bearer });
  }

  const codeOf = ({ json }: Answer): unknown =>
    (json as { readonly error?: { readonly code?: unknown } }).error?.code;
  const listOf = ({ json }: Answer): readonly Readonly<Record<string, unknown>>[] =>
    (json as { readonly value?: readonly Record<string, unknown>[] }).value ?? [];

  it('keeps a resource where a group is, lists it, and forgets it with the group', async () => {
    const path = '/resourceGroups/passing/providers/Microsoft.Insights/components/probe';
    const sent = { location: 'westeurope', properties: { kind: 'web' } };
    assert.equal(codeOf(await arm('PUT', path, sent)), 'ResourceGroupNotFound');
    await arm('PUT', '/resourceGroups/passing', { location: 'westeurope' });
    assert.equal(codeOf(await arm('PUT', path, {})), 'LocationRequired');
    assert.equal((await arm('PUT', path, sent)).status, 201);
    assert.equal((await arm('PUT', path, sent)).status, 200);
    const listed = listOf(await arm('GET', '/providers/Microsoft.Insights/components'));
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['probe'],
    );
    await arm('DELETE', '/resourceGroups/passing');
    assert.deepEqual(listOf(await arm('GET', '/resources')), []);
  });

  it('knows no resource, parent or action that is not there', async () => {
    const site = '/resourceGroups/shop/providers/Microsoft.Web/sites/shop';
    assert.equal(codeOf(await arm('GET', site)), 'ResourceNotFound');
    assert.equal(codeOf(await arm('PUT', `${site}/slots/test`, {})), 'ParentResourceNotFound');
    assert.equal((await arm('DELETE', site)).status, 204);
    await arm('PUT', site, { location: 'westeurope' });
    assert.equal(codeOf(await arm('POST', `${site}/paint`)), 'InvalidResourceType');
  });

  it('takes a vault only of its tenant, with policies for whom the directory knows', async () => {
    const path = '/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/shopvault';
    const vault = (tenantId: string, objectId: string): unknown => ({
      location: 'westeurope',
      properties: { tenantId, accessPolicies: [{ tenantId, objectId }] },
    });
    const { objectId } = place.emulator.office.application(connection.clientId);
    assert.equal(codeOf(await arm('PUT', path, vault(guestTenant, objectId))), 'BadRequest');
    assert.equal(
      codeOf(await arm('PUT', path, vault(connection.tenantId, guestTenant))),
      'BadRequest',
    );
    assert.equal((await arm('PUT', path, vault(connection.tenantId, objectId))).status, 201);
  });

  it('keeps roles, and finds them by principal and by scope', async () => {
    const roles = '/resourceGroups/shop/providers/Microsoft.Authorization/roleAssignments';
    const { objectId: principalId } = place.emulator.office.application(connection.clientId);
    const name = '99999999-2222-4333-8444-555555555555';
    const properties = { principalId, roleDefinitionId: 'reader' };
    assert.equal((await arm('PUT', `${roles}/${name}`, { properties })).status, 201);
    const again = await arm('PUT', `${roles}/${name}`, { properties });
    assert.equal(codeOf(again), 'RoleAssignmentExists');
    const filter = (text: string): string => `${roles}?&$filter=${encodeURIComponent(text)}`;
    assert.equal(listOf(await arm('GET', filter(`principalId eq '${principalId}'`))).length, 1);
    assert.equal(listOf(await arm('GET', filter('atScope()'))).length, 1);
    assert.equal(codeOf(await arm('GET', filter('colour eq red'))), 'BadRequest');
    assert.equal((await arm('DELETE', `${roles}/${name}`)).status, 200);
    assert.equal((await arm('DELETE', `${roles}/${name}`)).status, 204);
  });

  for (const { filter, found } of [
    { filter: "servicePrincipalNames/any(c:c eq 'CLIENT')", found: 1 },
    { filter: "appId eq 'CLIENT'", found: 1 },
    { filter: "startswith(displayName,'contoso')", found: 1 },
    { filter: "displayName eq 'nobody'", found: 0 },
  ]) {
    it(`finds service principals where ${filter}`, async () => {
      const written = encodeURIComponent(filter.replace('CLIENT', connection.clientId));
      assert.equal(listOf(await graph(`servicePrincipals?$filter=${written}`)).length, found);
    });
  }

  it('refuses a filter that Graph does not know, and a service principal that asks who it is', async () => {
    const answer = await graph(`servicePrincipals?$filter=${encodeURIComponent('size gt 3')}`);
    assert.equal(codeOf(answer), 'Request_UnsupportedQuery');
    assert.equal((await graph('me')).status, 400);
    assert.equal((await graph('users/someone@contoso.example')).status, 404);
  });

  it('gives tokens of a tenant in which an application is a guest, and of no other', async () => {
    const answer = await place.exchange(connection, { tenantId: guestTenant });
    const token = textOf(answer, 'access_token');
    assert.equal(claimsOf(token)['tid'], guestTenant);
    const url = `https://management.azure.com/subscriptions?api-version=2022-12-01`;
    assert.equal((await askThrough(place.emulator, url, { bearer: token })).status, 401);
    const stranger = place.emulator.addServiceConnection({ name: 'stranger' });
    const refused = await place.exchange(stranger, { tenantId: guestTenant });
    assert.match(refused.text, /AADSTS700016/);
  });

  it('exchanges an access token of its tenant for one of the registry', async () => {
    const path = '/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/images';
    const { emulator } = place;
    const host = 'images.azurecr.io';
    assert.equal((await askThrough(emulator, `https://${host}/v2/`)).status, 404);
    await arm('PUT', path, { location: 'westeurope' });
    assert.equal((await askThrough(emulator, `https://${host}/v2/`)).status, 401);
    const exchange = async (scope: string): Promise<Answer> => {
      const form = new URLSearchParams({
        grant_type: 'access_token',
        service: host,
        tenant: connection.tenantId,
        access_token: await place.accessToken(connection, scope),
      });
      return askThrough(emulator, `https://${host}/oauth2/exchange`, { body: form });
    };
    assert.equal((await exchange('https://vault.azure.net/.default')).status, 401);
    const answer = await exchange('https://containerregistry.azure.net/.default');
    assert.ok(textOf(answer, 'refresh_token').length > 40);
  });
});
