import assert from 'node:assert/strict';
import type { ServiceConnection } from './emulator.ts';
import { askThrough, type Answer, type Question } from './through-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scope = 'https://storage.azure.com/.default';
const version = { 'x-ms-version': '2021-12-02' };

describe('the emulated blob storage', () => {
  let place: Workplace;
  let connection: ServiceConnection;
  before(async () => {
    place = await openWorkplace(true);
    connection = place.emulator.addServiceConnection({ name: 'prod' });
    await place.emulator.createContainer('tfstate');
  });
  after(() => place.close());

  const ask = (question: Question): Promise<Answer> =>
    askThrough(place.emulator, 'https://teststate.blob.core.windows.net/tfstate/state.json', {
      ...question,
      headers: { ...version, ...question.headers },
    });

  it('stores a blob and gives it back', async () => {
    const bearer = await place.accessToken(connection, scope);
    const put = await ask({
      method: 'PUT',
      bearer,
      body: '{"serial":1}',
      headers: { 'x-ms-blob-type': 'BlockBlob' },
    });
    assert.equal(put.status, 201);
    const read = await ask({ bearer });
    assert.equal(read.text, '{"serial":1}');
    const head = await ask({ method: 'HEAD', bearer });
    assert.equal(head.headers['content-length'], '12');
    const entry = place.emulator.journal.entries.at(-1);
    assert.deepEqual([entry?.route, entry?.method, entry?.status], ['blob', 'HEAD', 200]);
  });

  it('takes the URL of the account as audience', async () => {
    const own = 'https://teststate.blob.core.windows.net/.default';
    const bearer = await place.accessToken(connection, own);
    assert.notEqual((await ask({ method: 'HEAD', bearer })).status, 401);
  });

  it('refuses no token, an old one and one for something else', async () => {
    assert.match((await ask({})).text, /NoAuthenticationInformation/);
    place.emulator.lifetimes.accessTokenSeconds = -1;
    const old = await place.accessToken(connection, scope);
    place.emulator.lifetimes.accessTokenSeconds = 3600;
    const expired = await ask({ bearer: old });
    assert.equal(expired.status, 401);
    assert.match(expired.text, /Lifetime validation failed/);
    const foreign = await ask({ bearer: await place.accessToken(connection) });
    assert.equal(foreign.status, 401);
    assert.match(foreign.text, /Audience validation failed/);
  });

  it('refuses an identity without a role', async () => {
    const poor = place.emulator.addServiceConnection({ name: 'poor', role: false });
    const answer = await ask({ bearer: await place.accessToken(poor, scope) });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /AuthorizationPermissionMismatch/);
  });

  it('has no account but its own', async () => {
    const bearer = await place.accessToken(connection, scope);
    const answer = await askThrough(
      place.emulator,
      'https://other.blob.core.windows.net/tfstate/state.json',
      { bearer, headers: version },
    );
    assert.equal(answer.status, 404);
  });
});
