import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitVariables } from '../../../src/delivery/variables/git-variables.ts';
import { azureReposAddresses } from '../../../src/tools/git/addresses.ts';
import { describeWith } from '../../support/needs.ts';

type Environment = Readonly<Record<string, string>>;

const token = 'eyJ0.the-token_of.azure-devops';
const services = azureReposAddresses(new URL('https://dev.azure.com/contoso/'));

const git = process.platform === 'win32' ? 'git.exe' : 'git';

describeWith(git, 'The credential helper, asked by git itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'git helper (ö) '));
  const home = join(folder, 'home');
  const tokenFile = join(folder, 'git-token');
  mkdirSync(home);
  beforeEach(() => writeFileSync(tokenFile, token));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  function variables(before: Environment = {}, addresses = services): Environment {
    const changes = gitVariables(before, addresses, tokenFile);
    return {
      ...before,
      ...Object.fromEntries(changes.map(({ name, value }) => [name, String(value)])),
    };
  }

  function run(environment: Environment, args: readonly string[], input = '') {
    const own = { HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: home, GIT_TERMINAL_PROMPT: '0' };
    const nobody = { GIT_ASKPASS: undefined, SSH_ASKPASS: undefined, GIT_CONFIG_NOSYSTEM: '1' };
    const env = { ...process.env, ...own, ...nobody, ...environment };
    return spawnSync('git', args, { encoding: 'utf8', cwd: folder, input, env });
  }

  const fill = (url: string, environment = variables()) =>
    run(environment, ['credential', 'fill'], `url=${url}\n\n`);

  for (const url of [
    'https://dev.azure.com/contoso/shop/_git/shop',
    'https://dev.azure.com:443/contoso/shop/_git/shop',
    'https://contoso@dev.azure.com/contoso/shop/_git/shop',
    'https://fabrikam.visualstudio.com/DefaultCollection/shop/_git/shop',
  ]) {
    it(`gives the token for ${url}`, () => {
      const { stdout, stderr } = fill(url);
      assert.match(stdout, /^username=workload-identity$/m, stderr);
      assert.match(stdout, new RegExp(`^password=${token}$`, 'm'));
    });
  }

  for (const url of [
    'http://dev.azure.com/contoso/shop/_git/shop',
    'https://dev.azure.com:8443/contoso/shop/_git/shop',
    'https://dev.azure.com.git.example/contoso/shop/_git/shop',
    'https://dev.azure.com@git.example/contoso/shop/_git/shop',
    'https://ssh.dev.azure.com/contoso/shop/_git/shop',
    'https://git.example/dev.azure.com/shop',
    'https://visualstudio.com/shop/_git/shop',
    'https://notvisualstudio.com/shop/_git/shop',
    'https://contoso.visualstudio.com.git.example/shop/_git/shop',
    'https://a.contoso.visualstudio.com/shop/_git/shop',
  ]) {
    it(`gives nothing for ${url}`, () => {
      const { stdout, stderr, status } = fill(url);
      assert.notEqual(status, 0);
      assert.match(stderr, /terminal prompts disabled/);
      assert.ok(!stdout.includes(token), stdout);
    });
  }

  it('is asked for the own host of a Server alone, with its port', () => {
    const addresses = azureReposAddresses(new URL('https://tfs.contoso.example:8443/tfs/main/'));
    const environment = variables({}, addresses);
    const own = fill('https://tfs.contoso.example:8443/tfs/main/shop/_git/shop', environment);
    assert.match(own.stdout, /^password=/m, own.stderr);
    assert.notEqual(fill('https://dev.azure.com/contoso', environment).status, 0);
  });

  it('has git give up, without asking anybody, where there is no token', () => {
    rmSync(tokenFile);
    const { stderr, status } = fill('https://dev.azure.com/contoso/shop/_git/shop');
    assert.notEqual(status, 0);
    assert.match(stderr, /told us to quit/);
  });

  it('prints no token where the job has bash print each command', () => {
    const { GIT_CONFIG_VALUE_1: helper = '' } = variables();
    const env = { ...process.env, ...variables(), SHELLOPTS: 'xtrace' };
    // As git starts it, where its sh is a bash.
    const words = ['--posix', '-c', `${helper.slice(1)} get`];
    const { stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', env });
    assert.match(stderr, /^\+ f get/m);
    assert.ok(stdout.includes(token));
    assert.ok(!stderr.includes(token), stderr);
  });

  for (const options of ['errexit', 'nounset', 'errexit:nounset:pipefail:noglob:noclobber']) {
    it(`gives the token where the job has bash take over ${options}`, () => {
      const { GIT_CONFIG_VALUE_1: helper = '' } = variables();
      const env = { ...process.env, ...variables(), SHELLOPTS: options };
      const words = ['--posix', '-c', `${helper.slice(1)} get`];
      const { stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', env });
      assert.ok(stdout.includes(token), stderr);
    });
  }

  it('is the only one that is asked: a helper of the machine is not, and stores nothing', () => {
    const store = join(home, 'stored');
    const machine = ['config', '--global', 'credential.helper', `store --file '${store}'`];
    assert.equal(run({}, machine).status, 0);
    try {
      const { stdout } = fill('https://dev.azure.com/contoso/shop/_git/shop');
      assert.equal(run(variables(), ['credential', 'approve'], stdout).status, 0);
      assert.equal(existsSync(store), false);
      assert.equal(run({}, ['credential', 'approve'], stdout).status, 0);
      assert.equal(existsSync(store), true, 'without our entries the helper does store it');
    } finally {
      rmSync(join(home, '.gitconfig'));
    }
  });

  it('is added to the entries that a job has, and written over itself by a later step', () => {
    const job = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'Somebody',
    };
    const first = variables(job);
    assert.equal(first['GIT_CONFIG_COUNT'], '5');
    assert.deepEqual(variables(first), first);
    assert.equal(run(first, ['config', 'user.name']).stdout, 'Somebody\n');
    const own = {
      ...first,
      GIT_CONFIG_COUNT: '6',
      GIT_CONFIG_KEY_5: 'a.b',
      GIT_CONFIG_VALUE_5: 'c',
    };
    assert.deepEqual(variables(own), own);
  });

  it('is what a git that is too old can be given by an argument, which holds no token', () => {
    const { GIT_CONFIG_VALUE_1: helper = '', ...others } = variables();
    const key = 'credential.https://dev.azure.com.helper';
    const old = { ...others, GIT_CONFIG_COUNT: '0' };
    const args = ['-c', `${key}=`, '-c', `${key}=${helper}`, 'credential', 'fill'];
    const { stdout, stderr } = run(old, args, 'url=https://dev.azure.com/contoso\n\n');
    assert.match(stdout, new RegExp(`^password=${token}$`, 'm'), stderr);
    assert.ok(!args.join(' ').includes(token));
  });
});
