import assert from 'node:assert/strict';
import { createSigningKey, signToken } from './jwt.ts';
import { askThrough, type Answer } from './through-proxy.ts';
import { claimsOf, openWorkplace, textOf, type Workplace } from './workplace.ts';

const codeOf = (answer: Answer): number =>
  Number(/^AADSTS(\d+): /.exec(textOf(answer, 'error_description'))?.[1]);

describe('the emulated Entra', () => {
  let place: Workplace;
  before(async () => {
    place = await openWorkplace();
  });
  after(() => place.close());

  const refuse = (answer: Answer, code: number, status = 401): void => {
    assert.equal(codeOf(answer), code);
    assert.equal(answer.status, status);
    assert.deepEqual(answer.json['error_codes'], [code]);
    const last = place.emulator.journal.entries.at(-1);
    assert.equal(last?.error, `AADSTS${code}`);
  };

  it('refuses an assertion whose time is over, and tells both times', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'late' });
    place.emulator.lifetimes.idTokenSeconds = -1;
    const assertion = await place.idToken(connection);
    place.emulator.lifetimes.idTokenSeconds = 600;
    const answer = await place.exchange(connection, { assertion });
    refuse(answer, 700024);
    assert.match(
      textOf(answer, 'error_description'),
      /Current time: \S+Z, assertion valid from \S+Z, expiry time of assertion \S+Z\. .* Trace ID: \S+ Correlation ID: \S+ Timestamp: [\d-]+ [\d:]+Z$/,
    );
  });

  it('gives a certificate for a virtual machine to whoever names a key', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'virtual machine' });
    const scope = 'https://pas.windows.net/CheckMyAccess/Linux/.default';
    const ask = (form: Readonly<Record<string, string>>): Promise<Answer> =>
      place.exchange(connection, { scope, form: { token_type: 'ssh-cert', ...form } });
    refuse(await ask({}), 900144, 400);
    const answer = await ask({ req_cnf: '{}', key_id: 'mine' });
    assert.equal(textOf(answer, 'token_type'), 'ssh-cert');
    const certificate = Buffer.from(textOf(answer, 'access_token'), 'base64');
    assert.match(certificate.toString('latin1'), /ssh-rsa-cert-v01@openssh\.com/);
  });

  const mismatches = [
    ['issuer', { issuer: 'https://vstoken.dev.azure.com/other' }, 700211],
    ['audience', { audience: 'api://other' }, 700212],
    ['subject', { subject: 'sc://contoso/shop/other' }, 700213],
    ['case of the subject', { subject: 'sc://CONTOSO/shop/mismatch' }, 7002138],
  ] as const;
  for (const [what, federatedCredential, code] of mismatches) {
    it(`refuses an assertion when the credential differs in the ${what}`, async () => {
      const connection = place.emulator.addServiceConnection({
        name: 'mismatch',
        federatedCredential,
      });
      refuse(await place.exchange(connection), code);
    });
  }

  it('refuses an application without any federated credential', async () => {
    const connection = place.emulator.addServiceConnection({
      name: 'bare',
      federatedCredential: 'none',
    });
    refuse(await place.exchange(connection), 70025);
  });

  it('refuses an assertion signed with a key that the issuer does not publish', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'forged' });
    const claims = claimsOf(await place.idToken(connection));
    const assertion = signToken(await createSigningKey(), claims);
    refuse(await place.exchange(connection, { assertion }), 7000272);
  });

  it('refuses an assertion that was changed after it was signed', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'changed' });
    const [header = '', , signature = ''] = (await place.idToken(connection)).split('.');
    const claims = { ...claimsOf(await place.idToken(connection)), exp: 4_000_000_000 };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const assertion = `${header}.${body}.${signature}`;
    refuse(await place.exchange(connection, { assertion }), 700027);
  });

  it('refuses a newline at the end of an assertion', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'newline' });
    const assertion = `${await place.idToken(connection)}\n`;
    refuse(await place.exchange(connection, { assertion }), 50027, 400);
  });

  it('refuses the ID token of another connection', async () => {
    const one = place.emulator.addServiceConnection({ name: 'one' });
    const two = place.emulator.addServiceConnection({ name: 'two' });
    const assertion = await place.idToken(one);
    refuse(await place.exchange(two, { assertion }), 700213);
  });

  it('refuses tenants, clients, resources, scopes and clouds that it does not know', async () => {
    const connection = place.emulator.addServiceConnection({ name: 'lost' });
    const stranger = '11111111-2222-3333-4444-555555555555';
    refuse(await place.exchange(connection, { tenantId: stranger }), 90002, 400);
    refuse(await place.exchange(connection, { form: { client_id: stranger } }), 700016, 400);
    refuse(
      await place.exchange(connection, { scope: 'https://nobody.example/.default' }),
      500011,
      400,
    );
    refuse(
      await place.exchange(connection, { scope: 'https://management.azure.com' }),
      1002012,
      400,
    );
    refuse(
      await place.exchange(connection, { authority: 'https://login.microsoftonline.us' }),
      900382,
      400,
    );
  });

  it('refuses a wrong secret, and a request without any proof', async () => {
    const connection = place.emulator.addServiceConnection({
      name: 'secret',
      scheme: 'ServicePrincipal',
    });
    const ask = (proof: Readonly<Record<string, string>>): Promise<Answer> =>
      askThrough(
        place.emulator,
        `https://login.microsoftonline.com/${connection.tenantId}/oauth2/v2.0/token`,
        {
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: connection.clientId,
            scope: 'https://management.azure.com/.default',
            ...proof,
          }),
        },
      );
    refuse(await ask({ client_secret: 'wrong' }), 7000215);
    refuse(await ask({}), 7000218);
  });

  const forced = [
    53003, 65001, 70021, 70025, 70052, 700030, 700214, 700223, 700238, 900382, 7000222,
  ];
  for (const code of forced) {
    it(`answers AADSTS${code} when a test wants it`, async () => {
      const connection = place.emulator.addServiceConnection({ name: `forced-${code}` });
      const fault = place.emulator.faults.inject({ at: 'entra', kind: { aadsts: code }, times: 1 });
      assert.equal(codeOf(await place.exchange(connection)), code);
      assert.equal(fault.hits, 1);
      assert.equal((await place.exchange(connection)).status, 200);
    });
  }

  it('publishes its instances, its configuration and its keys', async () => {
    const authority = 'https://login.microsoftonline.com';
    const endpoint = encodeURIComponent(
      `${authority}/${place.emulator.tenantId}/oauth2/v2.0/authorize`,
    );
    const instances = await askThrough(
      place.emulator,
      `${authority}/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`,
    );
    const document = await askThrough(
      place.emulator,
      textOf(instances, 'tenant_discovery_endpoint'),
    );
    assert.equal(document.json['issuer'], `${authority}/${place.emulator.tenantId}/v2.0`);
    const keys = await askThrough(place.emulator, textOf(document, 'jwks_uri'));
    assert.match(keys.text, /"kid"/);
  });

  it('does not know the authority of a private cloud, as the real one does not', async () => {
    place.emulator.addServiceConnection({
      name: 'private',
      cloud: 'AzureStack',
      authorityUrl: 'https://login.shop.example/',
    });
    const endpoint = encodeURIComponent('https://login.shop.example/common/oauth2/v2.0/authorize');
    const answer = await askThrough(
      place.emulator,
      `https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`,
    );
    refuse(answer, 50049, 400);
  });
});
