import assert from 'node:assert/strict';
import { askThrough, type Answer } from './through-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const at = (address: string): string => `${address}/_git/app/info/refs?service=git-upload-pack`;
const app = at('https://dev.azure.com/contoso/shop');

describe('the emulated Azure Repos', () => {
  let place: Workplace;
  before(async () => {
    place = await openWorkplace();
    const { repositories } = place.emulator;
    repositories.add({ organization: 'contoso', project: 'shop', name: 'app' });
    repositories.add({ organization: 'fabrikam', project: 'shop', name: 'app' });
  });
  after(() => place.close());

  const ask = (url: string, token?: string): Promise<Answer> => {
    const encoded = Buffer.from(`anybody:${token ?? ''}`).toString('base64');
    const headers = token === undefined ? {} : { Authorization: `Basic ${encoded}` };
    return askThrough(place.emulator, url, { headers });
  };
  const userToken = async (wanted = scope): Promise<string> => {
    const type = 'WorkloadIdentityUser';
    const user = place.emulator.addServiceConnection({ name: `user of ${wanted}`, type });
    return place.accessToken(user, wanted);
  };

  it('gives a user of the organization what git asks for', async () => {
    const answer = await ask(app, await userToken());
    assert.equal(answer.status, 200);
    assert.match(answer.text, /^001e# service=git-upload-pack/);
  });

  it('demands a password, and takes no token for another resource', async () => {
    const answer = await ask(app);
    assert.equal(answer.status, 401);
    assert.match(answer.headers['www-authenticate'] ?? '', /^Basic /);
    const other = await userToken('https://management.azure.com/.default');
    assert.equal((await ask(app, other)).status, 401);
  });

  it('takes no token that has ended', async () => {
    const { lifetimes } = place.emulator;
    const { accessTokenSeconds } = lifetimes;
    Object.assign(lifetimes, { accessTokenSeconds: 0 });
    try {
      assert.equal((await ask(app, await userToken())).status, 401);
    } finally {
      Object.assign(lifetimes, { accessTokenSeconds });
    }
  });

  it('knows the users of each organization, by both forms of its address', async () => {
    const fabrikam = at('https://fabrikam.visualstudio.com/shop');
    const token = await userToken();
    assert.match((await ask(fabrikam, token)).text, /^TF401444/);
    const member = place.emulator.addServiceConnection({ name: 'member' });
    place.emulator.repositories.admit('fabrikam', member);
    const admitted = await place.accessToken(member, scope);
    assert.equal((await ask(fabrikam, admitted)).status, 200);
    assert.equal((await ask(at('https://dev.azure.com/fabrikam/shop'), admitted)).status, 200);
    assert.equal((await ask(app, admitted)).status, 403);
  });
});
