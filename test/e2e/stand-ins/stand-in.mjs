#!/usr/bin/env node
// Plays a program that is not here, under its name: checks that it finds what the real one needs, by
// asking where the real one would ask.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

const name = basename(process.argv[1]);
const args = process.argv.slice(2);
const env = process.env;

function fail(why) {
  console.error(`${name}: ${why}`);
  process.exit(1);
}

function need(variable) {
  return env[variable] || fail(`${variable} is not set`);
}

/** A token that is good for a while, or the end of the program. */
function requireToken(token, what) {
  const [, payload = ''] = String(token).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}');
  if (!(claims.exp > Date.now() / 1000)) fail(`${what} is no token, or an old one`);
  console.log(`${name}: ${what} is good, audience ${claims.aud}`);
  return token;
}

async function ask(url, headers) {
  const answer = await fetch(url, { headers });
  if (answer.status !== 200) fail(`HTTP ${answer.status} from ${new URL(url).pathname}`);
  return answer.json();
}

/** As every Azure SDK does in its workload identity credential. */
function byTokenFile() {
  for (const variable of ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_AUTHORITY_HOST']) {
    need(variable);
  }
  requireToken(readFileSync(need('AZURE_FEDERATED_TOKEN_FILE'), 'utf8'), 'the token file');
}

async function byRequest(prefix) {
  const url = `${need(`${prefix}_OIDC_REQUEST_URL`)}&audience=api%3A%2F%2FAzureADTokenExchange`;
  const authorization = `Bearer ${need(`${prefix}_OIDC_REQUEST_TOKEN`)}`;
  requireToken((await ask(url, { authorization })).value, 'the ID token');
}

/** The program of this name that is really here. */
function real(input) {
  const own = dirname(process.argv[1]);
  const path = env.PATH.split(delimiter).filter((folder) => folder !== own);
  const stdio = [input === undefined ? 'inherit' : 'pipe', input ? 'pipe' : 'inherit', 'inherit'];
  const options = { stdio, env: { ...env, PATH: path.join(delimiter) }, input, encoding: 'utf8' };
  return (words) => spawnSync(name, words, options);
}

const programs = {
  aws() {
    if (!/^arn:aws:iam::\d{12}:role\//.test(need('AWS_ROLE_ARN'))) fail('that is no role');
    need('AWS_REGION');
    requireToken(readFileSync(need('AWS_WEB_IDENTITY_TOKEN_FILE'), 'utf8'), 'the token file');
  },
  az() {
    const profile = need('AZURE_CONFIG_DIR');
    const entries = join(profile, 'service_principal_entries.json');
    const at = args.indexOf('--federated-token');
    if (at >= 0) {
      const client_assertion = readFileSync(args[at + 1].slice(1), 'utf8');
      const [client_id, tenant] = ['--username', '--tenant'].map(
        (word) => args[args.indexOf(word) + 1],
      );
      const user = { name: client_id, type: 'servicePrincipal' };
      const subscriptions = [{ id: 'subscription', tenantId: tenant, user }];
      writeFileSync(entries, JSON.stringify([{ client_id, tenant, client_assertion }]), {
        mode: 0o600,
      });
      writeFileSync(
        join(profile, 'azureProfile.json'),
        `\uFEFF${JSON.stringify({ subscriptions })}`,
      );
    }
    const [entry] = JSON.parse(readFileSync(entries, 'utf8'));
    requireToken(entry.client_assertion, 'the stored ID token');
  },
  async azd() {
    await byRequest('AZURE');
  },
  azcopy() {
    if (need('AZCOPY_AUTO_LOGIN_TYPE') !== 'WORKLOAD') fail('another way to sign in');
    byTokenFile();
  },
  curl() {
    const file = args.find((word) => word.startsWith('access_token@'))?.slice(13);
    if (file === undefined) process.exit(real()(args).status ?? 1);
    const refresh_token = requireToken(readFileSync(file, 'utf8'), 'the access token');
    process.stdout.write(JSON.stringify({ refresh_token }));
  },
  docker() {
    if (args[0] === 'login') requireToken(readFileSync(0, 'utf8').trim(), 'the password');
  },
  gcloud() {
    const file = need('CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE');
    const { type, credential_source } = JSON.parse(readFileSync(file, 'utf8'));
    if (type !== 'external_account') fail('another kind of credential');
    requireToken(readFileSync(credential_source.file, 'utf8'), 'the token file');
  },
  git() {
    if (args[0] !== 'clone') process.exit(real()(args).status ?? 1);
    const { host } = new URL(args[1]);
    const answer = real(`protocol=https\nhost=${host}\n\n`)(['credential', 'fill']).stdout;
    requireToken(/^password=(.*)$/m.exec(answer)?.[1], 'the password');
  },
  kubelogin() {
    if (!args.join(' ').includes('--login workloadidentity')) fail('another way to sign in');
  },
  kubectl() {
    const chosen = `${need('KUBECONFIG')}.token-file`;
    if (args[0] === 'config' && args[2]?.endsWith('.tokenFile')) writeFileSync(chosen, args[3]);
    if (!existsSync(chosen)) return byTokenFile();
    requireToken(readFileSync(readFileSync(chosen, 'utf8'), 'utf8'), 'the token file');
  },
  psql() {
    for (const variable of ['PGHOST', 'PGDATABASE', 'PGUSER']) need(variable);
    requireToken(need('PGPASSWORD'), 'the password');
  },
  python: byTokenFile,
  vault() {
    need('VAULT_ADDR');
    if (args[0] === 'kv') return process.stdout.write(need('VAULT_TOKEN'));
    const configuration = args
      .find((word) => word.startsWith('-config='))
      ?.slice('-config='.length);
    const path =
      configuration === undefined
        ? args.find((word) => word.startsWith('jwt=@'))?.slice('jwt=@'.length)
        : /^ +path += "(.+)"/m.exec(readFileSync(configuration, 'utf8'))?.[1];
    requireToken(readFileSync(path, 'utf8'), 'the token file');
    process.stdout.write('token-of-vault');
  },
  async tofu() {
    if (env.ARM_USE_OIDC !== 'true') fail('ARM_USE_OIDC is not true');
    for (const variable of ['ARM_CLIENT_ID', 'ARM_TENANT_ID', 'ARM_SUBSCRIPTION_ID'])
      need(variable);
    await byRequest('ARM');
  },
};

// Azure CLI's list of subscriptions is read by who signs it in; its log is not.
const log = console.log;
const isLogin = name === 'az' && args[0] === 'login';
if (isLogin || ['curl', 'vault'].includes(name)) console.log = () => {};
await programs[name]();
if (isLogin) {
  const id = readFileSync(join(dirname(process.argv[1]), 'subscription'), 'utf8');
  log(JSON.stringify([{ id, isDefault: true }]));
}
