import assert from 'node:assert/strict';
import { askThrough } from './through-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const devops = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const index = 'https://pkgs.dev.azure.com/contoso/_packaging/shop/pypi/simple/greeting/';
const extension =
  'https://marketplace.visualstudio.com/_apis/gallery/publishers/contoso/extensions/tools';
const users = 'https://vssps.dev.azure.com/contoso/_apis/graph/serviceprincipals';

describe('the emulated services beside Azure DevOps', () => {
  let place: Workplace;
  before(async () => {
    place = await openWorkplace();
  });
  after(() => place.close());

  const tokenOf = async (name: string, organizationUser: boolean, scope = devops) => {
    const type = 'WorkloadIdentityUser';
    const connection = place.emulator.addServiceConnection({ name, type, organizationUser });
    const token = await place.accessToken(connection, scope);
    return { token, clientId: connection.clientId };
  };
  const basic = (token: string, name = 'build'): Readonly<Record<string, string>> => ({
    Authorization: `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`,
  });
  const statusOf = async (
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<number> => (await askThrough(place.emulator, url, { headers })).status;

  it('open a feed to users by a bearer and by a password, and to nobody else', async () => {
    const { token } = await tokenOf('reader', true);
    const stranger = await tokenOf('stranger', false);
    const other = await tokenOf('other', true, 'https://vault.azure.net/.default');
    const rows = [
      ['a bearer', { Authorization: `Bearer ${token}` }, 200],
      ['a password', basic(token), 200],
      ['a password with no name', basic(token, ''), 200],
      ['a token as the name', basic('', token), 401],
      ['a token for another resource', basic(other.token), 401],
      ['somebody who is no user', basic(stranger.token), 403],
      ['nobody', {}, 401],
    ] as const;
    for (const [what, headers, status] of rows)
      assert.equal(await statusOf(index, headers), status, what);
  });

  it('open the marketplace to members of a publisher only', async () => {
    const { token, clientId } = await tokenOf('publisher', true);
    assert.equal(await statusOf(extension, basic(token)), 401);
    place.emulator.office.admitPublisher(clientId);
    // There is none yet.
    assert.equal(await statusOf(extension, basic(token)), 404);
    assert.equal(await statusOf(extension, {}), 401);
  });

  it('list users for those who may see them, and as a preview only', async () => {
    const headers = basic(place.emulator.office.issuePersonalAccessToken());
    assert.equal(await statusOf(`${users}?api-version=7.1-preview.1`, headers), 200);
    assert.equal(await statusOf(`${users}?api-version=7.1`, headers), 400);
    const less = place.emulator.office.issuePersonalAccessToken({ users: 'none' });
    assert.equal(await statusOf(`${users}?api-version=7.1-preview.1`, basic(less)), 403);
  });
});
