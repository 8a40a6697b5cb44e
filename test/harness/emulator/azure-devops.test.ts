import assert from 'node:assert/strict';
import type { Job, ServiceConnection } from './emulator.ts';
import { askThrough, type Answer, type Question } from './through-proxy.ts';
import { claimsOf, openWorkplace, textOf, type Workplace } from './workplace.ts';

const suppress = { 'X-TFS-FedAuthRedirect': 'Suppress' };

describe('the emulated Azure DevOps', () => {
  let place: Workplace;
  let connection: ServiceConnection;
  let job: Job;
  before(async () => {
    place = await openWorkplace();
  });
  beforeEach(() => {
    connection = place.emulator.addServiceConnection({ name: 'prod' });
    job = place.emulator.startJob({ connections: [connection] });
  });
  after(() => place.close());

  const ask = (url: string, question: Question = {}): Promise<Answer> =>
    askThrough(place.emulator, url, {
      body: '{}',
      bearer: job.jobAccessToken,
      headers: suppress,
      ...question,
    });
  const full = (): string =>
    `${job.oidcRequestUri}?api-version=7.1&serviceConnectionId=${connection.id}`;

  it('says 405 to a GET', async () => {
    const answer = await askThrough(place.emulator, full(), { bearer: job.jobAccessToken });
    assert.equal(answer.status, 405);
    assert.deepEqual(answer.json, {
      count: 1,
      value: { Message: "The requested resource does not support http method 'GET'." },
    });
  });

  it('says 400 without an api-version', async () => {
    const answer = await ask(`${job.oidcRequestUri}?serviceConnectionId=${connection.id}`);
    assert.equal(answer.status, 400);
    assert.match(textOf(answer, 'message'), /^No api-version was supplied/);
  });

  it('takes the api-version from the Accept header', async () => {
    const answer = await ask(`${job.oidcRequestUri}?serviceConnectionId=${connection.id}`, {
      headers: { Accept: 'application/json;api-version=7.2-preview.1' },
    });
    assert.equal(answer.status, 200);
  });

  it('says 401 in JSON to a refused token when redirects are suppressed', async () => {
    job.refuseToken();
    const answer = await ask(full());
    assert.equal(answer.status, 401);
    assert.match(textOf(answer, 'message'), /^TF400813/);
    assert.ok(answer.headers['x-vss-e2eid']);
  });

  it('sends a refused token to the sign-in page otherwise', async () => {
    job.refuseToken();
    const answer = await ask(full(), { headers: {} });
    assert.equal(answer.status, 302);
    assert.match(answer.headers.location ?? '', /_signin/);
  });

  it('shows the sign-in page with 203 to something that is no token', async () => {
    const answer = await ask(full(), { headers: {}, bearer: 'nonsense' });
    assert.equal(answer.status, 203);
    assert.match(answer.text, /Sign In/);
  });

  it('refuses a token whose time is over', async () => {
    const old = place.emulator.startJob({ connections: [connection], jobTokenSeconds: -1 });
    const answer = await ask(full(), { bearer: old.jobAccessToken });
    assert.equal(answer.status, 401);
  });

  it('refuses a connection that the job does not name', async () => {
    const other = place.emulator.addServiceConnection({ name: 'other' });
    const answer = await place.askForIdToken(job, other);
    assert.equal(answer.status, 404);
    assert.match(
      textOf(answer, 'value'),
      new RegExp(`^There is no explicit reference to service connection ${other.id}`),
    );
  });

  it('refuses a plan or a hub that there is not', async () => {
    const hub = await ask(full().replace('/hubs/build/', '/hubs/release/'));
    const plan = await ask(full().replace(job.planId, '00000000-0000-0000-0000-000000000000'));
    for (const answer of [hub, plan]) {
      assert.equal(answer.status, 404);
      assert.equal(answer.json['typeKey'], 'TaskOrchestrationPlanNotFoundException');
    }
  });

  it("refuses the token of another job's plan, and of a job that is over", async () => {
    const other = place.emulator.startJob({ connections: [connection] });
    const foreign = await ask(full(), { bearer: other.jobAccessToken });
    job.complete();
    const late = await ask(full());
    for (const answer of [foreign, late]) {
      assert.equal(answer.status, 403);
      assert.equal(answer.json['typeKey'], 'TaskOrchestrationPlanSecurityException');
    }
  });

  it('names the pipeline in the subject when no connection is asked for', async () => {
    const answer = await ask(`${job.oidcRequestUri}?api-version=7.1`);
    assert.equal(claimsOf(textOf(answer, 'oidcToken'))['sub'], 'p://contoso/shop/deploy');
  });

  it('tells azure-devops-node-api where the route is', async () => {
    const answer = await askThrough(
      place.emulator,
      'https://dev.azure.com/contoso/_apis/distributedtask',
      { method: 'OPTIONS' },
    );
    assert.match(answer.text, /69a319f4-28c1-4bfd-93e6-ea0ff5c6f1a2/);
  });

  it('publishes the keys of its issuer', async () => {
    const base = `https://vstoken.dev.azure.com/${place.emulator.organization.id}`;
    const document = await askThrough(place.emulator, `${base}/.well-known/openid-configuration`);
    assert.equal(document.json['issuer'], base);
    const keys = await askThrough(place.emulator, textOf(document, 'jwks_uri'));
    assert.match(keys.text, /"kty":"RSA"/);
    // Strict clients refuse a thumbprint that has not 20 bytes.
    assert.match(keys.text, /"x5t":"[\w-]{27}"/);
  });
});
