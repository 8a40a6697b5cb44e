import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canTranslatePaths } from '../harness/agent/container.ts';
import type { VariableInput } from '../harness/agent/contract.ts';
import { Stage } from '../harness/stage.ts';
import { describeWith } from '../support/needs.ts';
import { assertClean, assertGreen, linesOf, useTheatre } from './support/theatre.ts';

const app = 'https://contoso@dev.azure.com/contoso/shop/_git/app';
const core = 'https://fabrikam.visualstudio.com/lib/_git/core';

/** What an author turns on who looks for a fault. */
const traced = `{ GIT_TRACE: '1', GIT_CURL_VERBOSE: '1' }`;

/** Where the agent's own checkout has the token of the job, as it hands it to git. */
const ofCheckout = /^(SYSTEM_ACCESSTOKEN|CHECKOUT|GIT_CONFIG_PARAMETERS) of /;

const entry = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'user.name',
  GIT_CONFIG_VALUE_0: 'Of the job',
};

describeWith('git-lfs', 'Git, signed in for Azure Repos', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  before(() => {
    const { repositories } = theatre.emulator;
    repositories.add({ organization: 'contoso', project: 'shop', name: 'app' });
    repositories.add({ organization: 'fabrikam', project: 'lib', name: 'core' });
  });
  beforeEach(() => configure(theatre.stage));

  it('clones, fetches and pushes, with submodules and LFS, in two organizations, past the end of its tokens', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, { idTokenSeconds: 10, accessTokenSeconds: 10 });
    const type = 'WorkloadIdentityUser';
    const azure = emulator.addServiceConnection({ name: 'azure', issuer: 'entra' });
    const pusher = emulator.addServiceConnection({ name: 'pusher', type });
    const stranger = emulator.addServiceConnection({
      name: 'stranger',
      type,
      organizationUser: false,
    });
    emulator.repositories.admit('fabrikam', pusher);
    const play = await stage.play({
      pipeline: `
steps:
  - task: TokenRefresher@1
    name: azure
    inputs: { azureSubscription: azure }
  - task: FederatedLogin@1
    inputs: { connectionType: azureDevOps, azureDevOpsServiceConnection: pusher, tools: git }
  - bash: |
      set -euo pipefail
      touch signed-in && git init --quiet core && cd core
      git commit --quiet --allow-empty --message core
      git push ${core} HEAD:main
      git clone ${app} ../app && cd ../app
      git submodule add ${core} core
      git lfs install --local && git lfs track '*.bin'
      head -c 100000 /dev/urandom > large.bin
      git add . && git commit --quiet --message app
      git push origin HEAD:main
    displayName: before
    env: ${traced}
  - bash: while (( $(date +%s) < $(stat --format %Y signed-in) + 11 )); do sleep 0.1; done
  - bash: |
      set -euo pipefail
      git clone --recurse-submodules ${app} again
      cmp app/large.bin again/large.bin
      cd again
      git commit --quiet --allow-empty --message again
      git push origin HEAD:main
      git -C ../app fetch origin
      test "$(git rev-parse HEAD)" = "$(git -C ../app rev-parse origin/main)"
      git log --format='written by %an' -1
      echo "configured: $(cat ../app/.git/config core/.git ../again/.git/config | grep -ci -e helper -e password -e extraheader || true)"
      test "$AZURE_CLIENT_ID" = '$(azure.clientId)' && echo "endpoint \${IDENTITY_ENDPOINT:-none}"
    displayName: after
    env: ${traced}
  - bash: |
      for host in git.example dev.azure.com.git.example; do
        git ls-remote "https://$host/contoso/shop" && exit 1
      done
      echo 'both refused'
    displayName: elsewhere
    env: ${traced}
  - bash: |
      set -euo pipefail
      export CHECKOUT="AUTHORIZATION: bearer $SYSTEM_ACCESSTOKEN"
      git --config-env=http.extraheader=CHECKOUT ls-remote ${app}
    displayName: checkout
    env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken), GIT_TRACE: '1' }
  - task: FederatedLogin@1
    inputs:
      connectionType: azureDevOps
      azureDevOpsServiceConnection: stranger
      tools: git
      verify: false
  - bash: |
      git ls-remote ${app} && exit 1
      echo "$GIT_CONFIG_COUNT entries"
    displayName: no user
`,
      connections: [azure, pusher, stranger],
      variables: { ...variablesOf(emulator.caFile), ...entry },
      allow: [{ where: 'environment', kinds: ['job-access-token'], place: ofCheckout }],
    });
    assertGreen(play);
    const after = linesOf(play.report, 'after');
    for (const line of ['written by Of the job', 'configured: 0', 'endpoint none']) {
      assert.ok(after.includes(line), play.report.log);
    }
    assert.ok(linesOf(play.report, 'elsewhere').includes('both refused'));
    const stranged = linesOf(play.report, 'no user').join('\n');
    assert.match(stranged, /TF401444: Please sign-in at least once/);
    assert.match(stranged, /^5 entries$/m);
    assert.equal(existsSync(join(stage.environment['HOME'] ?? '', '.git-credentials')), false);

    const asked = play.journal.filter(({ route }) => route === 'git');
    const granted = asked.filter(({ status }) => status === 200);
    assert.ok(new Set(granted.map(({ tokenId }) => tokenId)).size >= 3, 'tokens were replaced');
    assert.deepEqual([...new Set(granted.map(({ host }) => host))].sort(), [
      'dev.azure.com',
      'fabrikam.visualstudio.com',
    ]);
    assert.deepEqual(
      [...new Set(asked.flatMap(({ error = [] }) => error))].sort(),
      ['no-user', 'none'],
      'a password was refused, or one was sent unasked',
    );
    const elsewhere = play.journal.filter(({ route }) => route === 'other-git');
    assert.equal(elsewhere.length, 2);
    assert.ok(elsewhere.every(({ error }) => error === 'no-credential'));
    const tokensOfJob = granted.filter(({ tokenId }) => tokenId === 'of the job');
    assert.ok(tokensOfJob.length > 0, 'the checkout goes on by the token of the job');
    const traces = ['before', 'checkout'].map((step) => linesOf(play.report, step).join('\n'));
    assert.deepEqual(
      traces.map((trace) => /run_command: .*f get/.test(trace)),
      [true, false],
      'a header outranks the helper',
    );
  });

  if (canTranslatePaths()) {
    it('finds its token in a container too, signed in outside of it and inside', async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'contained' });
      emulator.repositories.admit('contoso', connection);
      const ask = (displayName: string): string => `
  - bash: |
      set -euo pipefail
      git ls-remote ${app}
      echo "by \${WORKLOAD_IDENTITY_GIT_TOKEN_FILE%/*/git-token}"
    displayName: ${displayName}`;
      const play = await stage.play({
        pipeline: `
steps:
  - task: FederatedLogin@1
    target: host
    inputs: { azureSubscription: contained, tools: git }
${ask('outside')}
  - task: FederatedLogin@1
    inputs: { azureSubscription: contained, tools: git }
${ask('inside')}
`,
        connections: [connection],
        profile: 'container',
        variables: variablesOf(emulator.caFile),
        allow: [{ where: 'environment', place: /^(ENDPOINT_AUTH_|SECRET_)/ }],
      });
      assertGreen(play);
      const places = ['outside', 'inside'].map((name) =>
        linesOf(play.report, name).find((line) => line.startsWith('by ')),
      );
      assert.deepEqual(places, [
        'by /__w/_temp/workload-identity',
        'by /__w/_temp/workload-identity-container',
      ]);
    });
  }

  for (const [place, profile] of [
    ['the agent', 'build'],
    ['a container image', 'container'],
  ] as const) {
    it(`is refused where ${place} has entries of its own, and exports nothing then`, async () => {
      const { emulator } = theatre;
      const stage = new Stage(emulator, { environment: entry });
      try {
        const connection = emulator.addServiceConnection({ name: 'taken' });
        const play = await stage.play({
          pipeline:
            'steps: [{ task: FederatedLogin@1, inputs: { azureSubscription: taken, tools: git } }]',
          connections: [connection],
          profile,
          allow: [{ where: 'environment', place: /^(ENDPOINT_AUTH_|SECRET_)/ }],
        });
        assert.equal(play.report.result, 'Failed', play.report.log);
        assertClean(play);
        assert.match(play.report.log, /its container image.+\(GIT_CONFIG_COUNT_IN_USE\)/);
        assert.deepEqual(gitVariablesOf(play.report.variables), []);
      } finally {
        stage.close();
      }
    });
  }

  it('is refused where the step or a secret variable has entries of its own, with auto by a warning', async () => {
    const { emulator, stage } = theatre;
    const taken = emulator.addServiceConnection({ name: 'taken' });
    const devOps = emulator.addServiceConnection({ name: 'devops', type: 'WorkloadIdentityUser' });
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    displayName: named
    continueOnError: true
    inputs: { azureSubscription: taken, tools: git }
    env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: user.name, GIT_CONFIG_VALUE_0: Somebody }
  - bash: |
      echo '##vso[task.setvariable variable=GIT_CONFIG_COUNT;issecret=true]1'
  - task: FederatedLogin@1
    displayName: automatic
    inputs: { connectionType: azureDevOps, azureDevOpsServiceConnection: devops }
`,
      connections: [taken, devOps],
    });
    assert.equal(play.report.result, 'SucceededWithIssues', play.report.log);
    assertClean(play);
    const told = play.report.steps
      .flatMap(({ displayName, issues }) =>
        issues.map(({ type, message }) => `${displayName}, ${type}: ${message}`),
      )
      .filter((line) => line.endsWith('(GIT_CONFIG_COUNT_IN_USE)'));
    assert.equal(told.length, 2, told.join('\n'));
    assert.match(
      told[0] ?? '',
      /^named, error: .+ this step, and not from a variable of the job\./,
    );
    assert.match(told[1] ?? '', /^automatic, warning: .+GIT_CONFIG_COUNT is a secret variable/);
    assert.deepEqual(gitVariablesOf(play.report.variables), ['GIT_CONFIG_COUNT']);
    assert.ok(play.report.variables['AZURE_CLIENT_ID'], 'the rest is signed in');
  });
});

/** A machine whose git has somebody to write commits as, and stores every password that it gets. */
function configure(stage: Stage): void {
  const home = stage.environment['HOME'] ?? '';
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Of the machine\n\temail = me@example.org\n[credential]\n\thelper = store\n',
  );
}

/** Git asks nobody, and trusts the emulator. */
function variablesOf(caFile: string): Readonly<Record<string, VariableInput>> {
  return { GIT_SSL_CAINFO: caFile, GIT_TERMINAL_PROMPT: '0' };
}

function gitVariablesOf(variables: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(variables).filter((name) => /^(GIT_CONFIG|WORKLOAD_IDENTITY)_/i.test(name));
}
