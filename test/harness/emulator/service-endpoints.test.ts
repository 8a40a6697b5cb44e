import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEmulator, type Emulator } from './emulator.ts';
import { askThrough, type Answer, type Question } from './through-proxy.ts';

describe('the emulated administration of service connections', () => {
  let emulator: Emulator;
  let pat: string;
  before(async () => {
    emulator = await startEmulator({ folder: mkdtempSync(join(tmpdir(), 'emulator-')) });
    pat = emulator.office.issuePersonalAccessToken();
  });
  after(async () => {
    await emulator.close();
    rmSync(dirname(emulator.caFile), { recursive: true, force: true });
  });

  const basic = (token: string): Record<string, string> => ({
    Authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}`,
    'X-TFS-FedAuthRedirect': 'Suppress',
  });
  const ask = (path: string, question: Question = {}): Promise<Answer> =>
    askThrough(emulator, `https://dev.azure.com/contoso/${path}`, {
      ...question,
      headers: { ...basic(pat), ...question.headers },
    });
  const tokenFor = async (scope: string): Promise<string> => {
    const { environment } = emulator.office.addAdministrator();
    const answer = await askThrough(
      emulator,
      `https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`,
      {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: environment['AZURE_CLIENT_ID'] ?? '',
          client_secret: environment['AZURE_CLIENT_SECRET'] ?? '',
          scope,
        }),
      },
    );
    return String(answer.json['access_token']);
  };
  const projects = 'https://dev.azure.com/contoso/_apis/projects?api-version=7.1';

  it('takes a token for Azure DevOps, and none for another resource', async () => {
    const good = await tokenFor('499b84ac-1321-427f-aa17-267ca6975798/.default');
    assert.equal((await askThrough(emulator, projects, { bearer: good })).status, 200);
    const other = await tokenFor('https://management.azure.com/.default');
    const quiet = { 'X-TFS-FedAuthRedirect': 'Suppress' };
    assert.equal(
      (await askThrough(emulator, projects, { bearer: other, headers: quiet })).status,
      401,
    );
    assert.equal((await askThrough(emulator, projects, { bearer: other })).status, 302);
    assert.equal(
      (await askThrough(emulator, projects, { headers: { Authorization: 'Basic eDp5' } })).status,
      203,
    );
  });

  it('demands a version, and shows no project that the caller may not see', async () => {
    assert.equal((await ask('_apis/projects')).status, 400);
    const [shop] = emulator.office.projects;
    const closed = emulator.office.addProject('closed');
    const narrow = emulator.office.issuePersonalAccessToken({ projects: shop ? [shop] : [] });
    const path = `${closed.id}/_apis/serviceendpoint/endpoints?api-version=7.1`;
    const answer = await ask(path, { headers: basic(narrow) });
    assert.equal(answer.status, 404);
    assert.match(answer.text, /VS800075/);
  });

  it('tells no secret, and converts only what is sent whole, from where it belongs', async () => {
    const { id } = emulator.office.addConnection({ name: 'one', scheme: 'ServicePrincipal' });
    const path = `shop/_apis/serviceendpoint/endpoints/${id}?api-version=7.1`;
    const { json, text } = await ask(path);
    assert.ok(emulator.issued.every(({ value }) => !text.includes(value)));
    const authorization = {
      ...(json['authorization'] as object),
      scheme: 'WorkloadIdentityFederation',
    };
    const convert = `${path}&operation=ConvertAuthenticationScheme`;
    const put = (body: object): Promise<Answer> =>
      ask(convert, { method: 'PUT', body: JSON.stringify(body) });
    assert.match((await put({ id, authorization })).text, /Value cannot be null/);
    assert.equal((await put({ ...json, authorization })).status, 200);
    assert.match(
      (await put({ ...json, authorization })).text,
      /neither an upgrade nor a downgrade/,
    );
    assert.equal(emulator.office.conversions.length, 1);
  });

  it('pages its lists behind a token', async () => {
    emulator.office.pageSize = 1;
    const first = await ask('_apis/projects?api-version=7.1');
    const token = String(first.headers['x-ms-continuationtoken']);
    const second = await ask(`_apis/projects?api-version=7.1&continuationToken=${token}`);
    assert.equal(first.json['count'], 1);
    assert.notEqual(first.text, second.text);
  });
});
