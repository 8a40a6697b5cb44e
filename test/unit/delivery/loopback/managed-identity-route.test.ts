import assert from 'node:assert/strict';
import type { AccessToken } from '../../../../src/access-token/access-token.ts';
import type {
  LoopbackAnswer,
  LoopbackRequest,
} from '../../../../src/delivery/loopback/loopback-request.ts';
import { answerManagedIdentityRequest } from '../../../../src/delivery/loopback/managed-identity-route.ts';
import { Secret } from '../../../../src/secret.ts';
import { aFailure, anAccessToken, ids, later } from '../../../support/builders.ts';

const vault = 'resource=https://vault.azure.net';
/** The client ID of another connection of the job. */
const other = '00000000-0000-0000-0000-00000000000b';
const header = ['x-identity-header', 'the-capability'] as const;

const answer = (
  query: string,
  changes: Partial<LoopbackRequest> = {},
  accessTokenFor: (scope: string) => Promise<AccessToken> = (scope) =>
    Promise.resolve(anAccessToken({ scope, token: new Secret(`token for ${scope}`) })),
): Promise<LoopbackAnswer> =>
  answerManagedIdentityRequest(
    { method: 'GET', target: `/msi?${query}`, headers: [header], body: '', ...changes },
    {
      capability: new Secret('the-capability'),
      identityOf: (clientId) =>
        [undefined, ids.client, other].includes(clientId?.toLowerCase())
          ? { clientId: clientId ?? ids.client, accessTokenFor }
          : undefined,
    },
  );

async function granted(query: string): Promise<Record<string, unknown>> {
  const { status, body } = await answer(`api-version=2019-08-01&${query}`);
  assert.equal(status, 200, body);
  return JSON.parse(body) as Record<string, unknown>;
}

describe('the managed-identity endpoint', () => {
  it('answers as App Service does, without expires_in', async () => {
    assert.deepEqual(await granted(vault), {
      access_token: 'token for https://vault.azure.net/.default',
      expires_on: '1773493200',
      resource: 'https://vault.azure.net',
      token_type: 'Bearer',
      client_id: ids.client,
    });
  });

  it('rounds the time of expiry down to whole seconds', async () => {
    const query = `api-version=2019-08-01&${vault}`;
    const token = anAccessToken({ expiresOn: later(1_999) });
    const { body } = await answer(query, {}, () => Promise.resolve(token));
    assert.equal((JSON.parse(body) as { expires_on: string }).expires_on, '1773489601');
  });

  const resources = [
    ['https%3A%2F%2Fmanagement.core.windows.net%2F', 'https://management.core.windows.net/'],
    ['https://management.azure.com', 'https://management.azure.com'],
    ['api://app', 'api://app'],
    [ids.project, ids.project],
  ] as const;
  for (const [asked, resource] of resources) {
    it(`keeps the resource as it was asked for: ${asked}`, async () => {
      const body = await granted(`resource=${asked}`);
      assert.equal(body['resource'], resource);
      assert.equal(body['access_token'], `token for ${resource}/.default`);
    });
  }

  const asked = [
    { how: 'its own client ID', query: `${vault}&client_id=${ids.client}`, as: ids.client },
    { how: 'that of another connection', query: `client_id=${other}&${vault}`, as: other },
    { how: 'that in other letter case', query: `ClientId=${other}&${vault}`, as: other },
    { how: 'an empty one', query: `${vault}&client_id=`, as: ids.client },
    {
      how: 'all that an unset variable leaves',
      query: `${vault}&mi_res_id=&object_id=&principal_id=`,
      as: ids.client,
    },
    { how: 'none', query: vault, as: ids.client },
  ];
  for (const { how, query, as } of asked) {
    it(`says whom it has served, asked with ${how}`, async () => {
      assert.equal((await granted(query))['client_id'], as);
    });
  }

  const byHand: readonly { how: string; query: string; change?: Partial<LoopbackRequest> }[] = [
    { how: 'no api-version', query: vault },
    { how: 'a version of another host', query: `api-version=2018-02-01&${vault}` },
    { how: 'version 2019-11-01', query: `api-version=2019-11-01&${vault}` },
    { how: 'version 2020-06-01', query: `api-version=2020-06-01&${vault}` },
    { how: 'a form', query: '', change: { method: 'POST', body: vault } },
    {
      how: 'a form that names a client ID',
      query: '',
      change: { method: 'POST', body: `${vault}&client_id=${ids.client}` },
    },
    { how: 'an empty POST', query: vault, change: { method: 'POST' } },
    {
      how: 'more headers',
      query: vault,
      change: { headers: [header, ['metadata', 'true'], ['content-type', 'application/json']] },
    },
  ];
  for (const { how, query, change } of byHand) {
    it(`gives the same answer to ${how}`, async () => {
      const { status, body } = await answer(query, change);
      assert.equal(status, 200, body);
      assert.deepEqual(JSON.parse(body), await granted(vault));
    });
  }

  it('answers the first version as that was: another header, another name, a date', async () => {
    const query = `api-version=2017-09-01&${vault}&clientid=${ids.client}`;
    const { status, body } = await answer(query, { headers: [['secret', 'the-capability']] });
    assert.equal(status, 200, body);
    const expected = { ...(await granted(vault)), expires_on: '03/14/2026 13:00:00 +00:00' };
    assert.deepEqual(JSON.parse(body), expected);
  });

  const wrong = [
    ['api-version=2019-08-01', 'resource'],
    ['resource=https://vault.azure.net/.default', 'leave /.default off'],
    ['api-version=2019-08-01&resource=', 'resource'],
    ['api-version=2019-08-01&resource=a%0Ab', 'resource'],
    [`api-version=2019-08-01&resource=https://${'a'.repeat(501)}`, 'resource'],
    ['resource=the-capability', 'its address'],
    ['resource=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', 'its address'],
    ['resource=https://vault.azure.net/%3Fsig=c2ln', 'without a query'],
    ['resource=https://user:hunter2@vault.azure.net', 'its address'],
    ['resource=tcp:pw%3Dabc%3BPassword%3DHunter2', 'its address'],
    ['resource=basic:abc', 'its address'],
    ['resource=https://vault.azure.net/%23c2ln', 'without a query'],
    [`api-version=2019-08-01&${vault}&client_id=${ids.tenant}`, ids.tenant],
    [`api-version=2019-08-01&${vault}&client_id=a%0Ab`, 'client ID'],
    [`api-version=2019-08-01&${vault}&mi_res_id=/x`, 'mi_res_id'],
    [`api-version=2018-02-01&${vault}&msi_res_id=/x`, 'msi_res_id'],
    [`api-version=2019-08-01&${vault}&MI_RES_ID=/x`, 'mi_res_id'],
    [`api-version=2019-08-01&${vault}&object_id=${ids.client}`, 'object_id'],
    [`api-version=2019-08-01&${vault}&principal_id=${ids.client}`, 'principal_id'],
  ] as const;
  for (const [query, named] of wrong) {
    it(`refuses ${query.slice(0, 70)}`, async () => {
      const { status, body } = await answer(query);
      assert.equal(status, 400);
      assert.ok(body.includes(named), body);
    });
  }

  const closed: readonly (readonly [what: string, headers: LoopbackRequest['headers']])[] = [
    ['no header', []],
    ['another header', [['x-identity-header', 'The-capability']]],
    ['a bearer', [['authorization', 'Bearer the-capability']]],
    ['two headers', [header, header]],
    ['another secret', [['secret', 'The-capability']]],
  ];
  for (const [what, headers] of closed) {
    it(`stays closed to ${what}`, async () => {
      const { status } = await answer(`api-version=2019-08-01&${vault}`, { headers });
      assert.equal(status, 401);
    });
  }

  it('refuses other methods', async () => {
    const { status, headers } = await answer(`api-version=2019-08-01&${vault}`, { method: 'PUT' });
    assert.equal(status, 405);
    assert.deepEqual(headers, { allow: 'GET, POST' });
  });

  it('tells a failure by its kind', async () => {
    const { status } = await answer(`api-version=2019-08-01&${vault}`, {}, () =>
      Promise.reject(aFailure()),
    );
    assert.equal(status, 503);
  });
});
