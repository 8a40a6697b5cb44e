import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { ServiceConnection } from '../harness/emulator/emulator.ts';
import type {
  OpenIdConnectProvider,
  TrustPolicy,
} from '../harness/emulator/other-clouds/aws-cloud.ts';
import { askThrough } from '../harness/emulator/through-proxy.ts';
import { useDesk } from './support/desk.ts';

interface AwsTrust {
  readonly OpenIDConnectProvider: OpenIdConnectProvider;
  readonly Role: { readonly RoleName: string; readonly AssumeRolePolicyDocument: TrustPolicy };
}

/** A program that only writes down what it was given. */
const recorder = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const words = [basename(process.argv[1]), ...process.argv.slice(2)];
appendFileSync(join(__dirname, 'recorded'), JSON.stringify(words) + '\\n');
if (words.includes('describe')) console.log('projects/123456789012/locations/global/workloadIdentityPools/azure-devops');
`;

describe('wif trust', function () {
  this.timeout(60_000);
  const desk = useDesk();
  afterEach(() => desk().assertNoCredential());

  /** Each is a service connection of another kind, under a name that a shell would like to read. */
  const kinds = [
    ['Entra issuer, app registration', { issuer: 'entra', identity: 'app-registration' }],
    ['Entra issuer, user-assigned identity', { issuer: 'entra', identity: 'managed-identity' }],
    ['Azure DevOps issuer, app registration', { identity: 'app-registration' }],
    ['Azure DevOps issuer, user-assigned identity', { identity: 'managed-identity' }],
  ] as const;
  const name = 'it\'s "$(touch pwned)" ${x} %{y}';

  for (const [kind, options] of kinds) {
    it(`prints for AWS and Google what lets the very connection in: ${kind}`, async () => {
      const own = desk().emulator.office.addConnection({ name, ...options });
      const other = desk().emulator.office.addConnection({ name: 'other', ...options });
      await setUpAws(own);
      const principal = await setUpGoogle(own);
      assert.deepEqual(await exchanged(own), [200, 200]);
      assert.deepEqual(await exchanged(other), [403, 400]);
      const members = [...desk().emulator.google.sessions.values()].map(({ member }) => member);
      assert.deepEqual(members, [principal]);
      assert.ok(!desk().has('pwned'));
    });
  }

  it('prints for Vault commands whose words arrive as they are meant', async () => {
    const { issuer, subject, id } = desk().emulator.office.addConnection({ name });
    const { out } = await desk().run('trust', name, '--for', 'vault');
    const [enable, config, role] = recorded(out);
    assert.deepEqual(enable, ['vault', 'auth', 'enable', '-path=azure-devops', 'jwt']);
    assert.deepEqual(config?.slice(3), [`oidc_discovery_url=${issuer}`, `bound_issuer=${issuer}`]);
    assert.deepEqual(role?.slice(2), [
      `auth/azure-devops/role/it-s-touch-pwned-x-y-${id.slice(0, 8)}`,
      'role_type=jwt',
      'user_claim=sub',
      'bound_audiences=api://AzureADTokenExchange',
      `bound_subject=${subject}`,
    ]);
  });

  it('asks Azure DevOps only, and warns that the token is good at Entra too', async () => {
    desk().emulator.office.addConnection({ name: 'shop', issuer: 'entra' });
    const { code, err } = await desk().run('trust', 'shop', '--for', 'google', '--terraform');
    assert.equal(code, 0);
    assert.match(err, /present it at Entra/);
    const routes = new Set(desk().emulator.journal.entries.map(({ route }) => route));
    assert.ok(!routes.has('graph') && !routes.has('arm'), [...routes].join(' '));
  });

  it('prints nothing for a connection with a secret, and says why', async () => {
    desk().emulator.office.addConnection({ name: 'secret', scheme: 'ServicePrincipal' });
    const { code, out, err } = await desk().run('trust', 'secret', '--for', 'vault');
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /it does not use federation/);
    assert.match(err, /TRUST_UNKNOWN/);
  });

  async function setUpAws(connection: ServiceConnection): Promise<void> {
    const { aws } = desk().emulator;
    const words = ['trust', connection.name, '--for', 'aws', '--aws-account', aws.id];
    const { out } = await desk().run(...words);
    const { OpenIDConnectProvider: provider, Role: role } = JSON.parse(out) as AwsTrust;
    const [{ Principal } = { Principal: { Federated: '' } }] =
      role.AssumeRolePolicyDocument.Statement;
    aws.providers.set(Principal.Federated, provider);
    aws.roles.set(`arn:aws:iam::${aws.id}:role/shop`, role.AssumeRolePolicyDocument);
  }

  /** Returns the principal that the last of the printed lines names. */
  async function setUpGoogle(connection: ServiceConnection): Promise<string> {
    const { out } = await desk().run('trust', connection.name, '--for', 'google');
    const [, creation = []] = recorded(out);
    const flag = (wanted: string): string =>
      creation.find((word) => word.startsWith(`--${wanted}=`))?.slice(wanted.length + 3) ?? '';
    const [, subjectMapping = ''] = /^google\.subject=(.*)$/.exec(flag('attribute-mapping')) ?? [];
    desk().emulator.google.providers.set(provider, {
      issuer: flag('issuer-uri'),
      allowedAudiences: [flag('allowed-audiences')],
      attributeMapping: { 'google.subject': subjectMapping },
      attributeCondition: flag('attribute-condition'),
    });
    return said.trim();
  }

  const provider =
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-devops/providers/shop';
  let said = '';

  /** Runs lines of a shell with stand-ins; returns the words that each of these was given. */
  function recorded(lines: string): readonly (readonly string[])[] {
    const { folder } = desk();
    const program = join(folder, 'recorder');
    writeFileSync(program, recorder);
    chmodSync(program, 0o755);
    for (const name of ['gcloud', 'vault']) symlinkSync(program, join(folder, name));
    const path = [folder, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
    said = execFileSync('bash', ['--noprofile', '--norc', '-euo', 'pipefail', '-c', lines], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: path },
    });
    return readFileSync(join(folder, 'recorded'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as readonly string[]);
  }

  /** What AWS and Google answer to an ID token of the connection. */
  async function exchanged(connection: ServiceConnection): Promise<readonly number[]> {
    const { emulator } = desk();
    const job = emulator.startJob({ connections: [connection] });
    const answer = await askThrough(
      emulator,
      `${job.oidcRequestUri}?api-version=7.1&serviceConnectionId=${connection.id}`,
      { body: '{}', bearer: job.jobAccessToken },
    );
    const token = String(answer.json['oidcToken']);
    const aws = await askThrough(emulator, 'https://sts.amazonaws.com/', {
      body: new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: `arn:aws:iam::${emulator.aws.id}:role/shop`,
        RoleSessionName: 'test',
        WebIdentityToken: token,
      }),
    });
    const google = await askThrough(emulator, 'https://sts.googleapis.com/v1/token', {
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        audience: provider,
        subject_token: token,
      }),
    });
    return [aws.status, google.status];
  }
});
