import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceConnection } from './emulator.ts';
import { askThrough, type Answer } from './through-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

function armCode(answer: Answer): unknown {
  const { error } = answer.json as { readonly error?: { readonly code?: unknown } };
  return error?.code;
}

describe('the emulated Resource Manager, Graph and vault', () => {
  let place: Workplace;
  let connection: ServiceConnection;
  before(async () => {
    place = await openWorkplace();
    connection = place.emulator.addServiceConnection({ name: 'prod' });
  });
  after(() => place.close());

  const url = (path: string): string =>
    `https://management.azure.com/subscriptions/${connection.subscriptionId}${path}?api-version=2024-03-01`;

  it('demands a token', async () => {
    const answer = await askThrough(place.emulator, url(''));
    assert.equal(answer.status, 401);
    assert.equal(armCode(answer), 'AuthenticationFailed');
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer authorization_uri=/);
  });

  it('refuses an expired token', async () => {
    place.emulator.lifetimes.accessTokenSeconds = -1;
    const bearer = await place.accessToken(connection);
    place.emulator.lifetimes.accessTokenSeconds = 3600;
    const answer = await askThrough(place.emulator, url(''), { bearer });
    assert.equal(answer.status, 401);
    assert.equal(armCode(answer), 'ExpiredAuthenticationToken');
  });

  it('refuses a token for something else, and one with another signature', async () => {
    const graph = await place.accessToken(connection, 'https://graph.microsoft.com/.default');
    const foreign = await askThrough(place.emulator, url(''), { bearer: graph });
    assert.equal(armCode(foreign), 'InvalidAuthenticationTokenAudience');
    const good = await place.accessToken(connection);
    const forged = `${good.slice(0, good.lastIndexOf('.'))}.${graph.slice(graph.lastIndexOf('.') + 1)}`;
    const answer = await askThrough(place.emulator, url(''), { bearer: forged });
    assert.equal(answer.status, 401);
    assert.equal(armCode(answer), 'InvalidAuthenticationToken');
  });

  it('refuses an ID token in place of an access token', async () => {
    const entra = place.emulator.addServiceConnection({ name: 'confused', issuer: 'entra' });
    const answer = await askThrough(place.emulator, url(''), {
      bearer: await place.idToken(entra),
    });
    assert.equal(answer.status, 401);
  });

  it('refuses an identity without a role', async () => {
    const poor = place.emulator.addServiceConnection({ name: 'poor', role: false });
    const answer = await askThrough(place.emulator, url(''), {
      bearer: await place.accessToken(poor),
    });
    assert.equal(answer.status, 403);
    assert.equal(armCode(answer), 'AuthorizationFailed');
  });

  it('does not know a subscription that nobody has', async () => {
    const bearer = await place.accessToken(connection);
    const stranger = url('').replace(
      connection.subscriptionId,
      '11111111-2222-3333-4444-555555555555',
    );
    const answer = await askThrough(place.emulator, stranger, { bearer });
    assert.equal(answer.status, 404);
  });

  it('runs a deployment for as long as a test wants it', async () => {
    const bearer = await place.accessToken(connection);
    const ask = (path: string, method: string, body?: string): Promise<Answer> =>
      askThrough(place.emulator, url(path), {
        method,
        bearer,
        ...(body === undefined ? {} : { body }),
      });
    const group = await ask('/resourcegroups/shop', 'PUT', '{"location":"westeurope"}');
    assert.equal(group.status, 201);
    const durationMs = 4_000;
    Object.assign(place.emulator.deployments, { durationMs });
    const path = '/resourcegroups/shop/providers/Microsoft.Resources/deployments/one';
    const begunMs = Date.now();
    const begun = await ask(path, 'PUT', '{"properties":{"mode":"Incremental","template":{}}}');
    assert.equal(begun.status, 201);
    assert.equal(begun.headers['retry-after'], '1');
    const statusUrl = String(begun.headers['azure-asyncoperation']);
    const status = async (): Promise<unknown> =>
      (await askThrough(place.emulator, statusUrl, { bearer })).json['status'];
    assert.equal(await status(), 'Running');
    let seen: unknown = 'Running';
    while (seen === 'Running') {
      await pause(200);
      seen = await status();
    }
    assert.equal(seen, 'Succeeded');
    assert.ok(Date.now() - begunMs >= durationMs);
    const { properties } = (await ask(path, 'GET')).json;
    assert.equal((properties as { provisioningState: string }).provisioningState, 'Succeeded');
    assert.equal((await ask('/resourcegroups/shop', 'HEAD')).status, 204);
  });

  it('describes its cloud to everyone', async () => {
    const base = 'https://management.azure.com/metadata/endpoints?api-version=';
    const oldest = await askThrough(place.emulator, `${base}2015-01-01`);
    const newest = await askThrough(place.emulator, `${base}2022-09-01`);
    const middle = await askThrough(place.emulator, `${base}2019-05-01`);
    assert.match(oldest.text, /loginEndpoint/);
    assert.equal(newest.json['name'], 'AzureCloud');
    assert.equal((JSON.parse(middle.text) as unknown[]).length, 3);
  });

  it('lets Graph and the vault check their own audiences', async () => {
    const arm = await place.accessToken(connection);
    const graph = await place.accessToken(connection, 'https://graph.microsoft.com/.default');
    const vault = await place.accessToken(connection, 'https://vault.azure.net/.default');
    const organization = 'https://graph.microsoft.com/v1.0/organization';
    const secret = 'https://shop.vault.azure.net/secrets/greeting?api-version=7.4';
    assert.equal((await askThrough(place.emulator, organization, { bearer: arm })).status, 401);
    assert.equal((await askThrough(place.emulator, organization, { bearer: graph })).status, 200);
    assert.equal((await askThrough(place.emulator, secret, { bearer: arm })).status, 401);
    const read = await askThrough(place.emulator, secret, { bearer: vault });
    assert.equal(read.json['value'], 'hello');
  });
});
