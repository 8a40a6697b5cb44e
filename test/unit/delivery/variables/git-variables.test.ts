import assert from 'node:assert/strict';
import type { PresentVariable } from '../../../../src/agent/pipeline-agent.ts';
import {
  gitVariables,
  whyNoGitVariables,
} from '../../../../src/delivery/variables/git-variables.ts';

type Environment = Readonly<Record<string, string>>;

const addresses = ['https://dev.azure.com', 'https://*.visualstudio.com'];
const file = '/agent/_temp/workload-identity/connection/git-token';

const named = (environment: Environment): Environment =>
  Object.fromEntries(
    gitVariables(environment, addresses, file).map(({ name, value }) => [name, String(value)]),
  );

describe('the variables that git reads', () => {
  it('put an empty helper before ours for each address, and the count behind all', () => {
    const changes = gitVariables({}, addresses, file);
    assert.ok(changes.every(({ kind }) => kind === 'plain'));
    assert.equal(changes.at(-1)?.name, 'GIT_CONFIG_COUNT');
    const { GIT_CONFIG_VALUE_1: helper = '', ...others } = named({});
    assert.match(helper, /^!f\(\) \{/);
    assert.deepEqual(others, {
      WORKLOAD_IDENTITY_GIT_TOKEN_FILE: file,
      GIT_CONFIG_KEY_0: 'credential.https://dev.azure.com.helper',
      GIT_CONFIG_VALUE_0: '',
      GIT_CONFIG_KEY_1: 'credential.https://dev.azure.com.helper',
      GIT_CONFIG_KEY_2: 'credential.https://*.visualstudio.com.helper',
      GIT_CONFIG_VALUE_2: '',
      GIT_CONFIG_KEY_3: 'credential.https://*.visualstudio.com.helper',
      GIT_CONFIG_VALUE_3: helper,
      GIT_CONFIG_COUNT: '4',
    });
  });

  it('hold nothing that a pipeline, a shell of Windows or another shell would read otherwise', () => {
    const { GIT_CONFIG_VALUE_1: helper = '' } = named({});
    assert.doesNotMatch(helper, /\$\(|\\|%|\n/);
    assert.ok(!helper.includes(file), 'the agent translates a path that is a variable of its own');
  });

  it('come behind those of the job, and over those of an earlier step', () => {
    const job = { GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' };
    const first: Environment = { ...job, ...named(job) };
    assert.equal(first['GIT_CONFIG_KEY_0'], 'a.b');
    assert.equal(first['GIT_CONFIG_KEY_2'], 'credential.https://dev.azure.com.helper');
    assert.equal(first['GIT_CONFIG_COUNT'], '6');
    assert.deepEqual({ ...first, ...named(first) }, first);
  });

  it('come again behind a helper that a step has put behind them, which would store the token', () => {
    const first = named({});
    for (const key of ['credential.helper', 'Credential.https://x.Helper', 'include.path']) {
      const added = { ...first, GIT_CONFIG_KEY_4: key, GIT_CONFIG_COUNT: '5' };
      const second = named(added);
      assert.equal(second['GIT_CONFIG_COUNT'], '9');
      assert.equal(second['GIT_CONFIG_KEY_5'], first['GIT_CONFIG_KEY_0']);
    }
  });

  it('know their own again where an empty variable is none', () => {
    const entries = Object.entries(named({})).filter(([, value]) => value !== '');
    const onWindows = Object.fromEntries(entries);
    assert.equal(named(onWindows)['GIT_CONFIG_COUNT'], '4');
  });
});

const present = (name: string, source: PresentVariable['source']): PresentVariable => ({
  name,
  source,
  isEmpty: false,
});

describe('entries of git that a job has already', () => {
  const rows: readonly {
    readonly title: string;
    readonly environment: Environment;
    readonly variables?: readonly PresentVariable[];
    readonly why?: RegExp;
  }[] = [
    { title: 'none', environment: {} },
    {
      title: 'public variables',
      environment: { GIT_CONFIG_COUNT: '1' },
      variables: [present('GIT_CONFIG_COUNT', 'job'), present('GIT_CONFIG_VALUE_0', 'secret')],
    },
    {
      title: 'a count of nothing in the environment',
      environment: { GIT_CONFIG_COUNT: '0' },
      variables: [present('GIT_CONFIG_COUNT', 'environment')],
    },
    {
      title: 'a count in the environment',
      environment: { GIT_CONFIG_COUNT: '1' },
      variables: [present('GIT_CONFIG_COUNT', 'environment')],
      why: /comes from the environment/,
    },
    {
      title: 'a count in the environment, as Windows may spell it',
      environment: { GIT_CONFIG_COUNT: '1' },
      variables: [present('Git_Config_Count', 'environment')],
      why: /comes from the environment/,
    },
    {
      title: 'a secret count',
      environment: {},
      variables: [present('GIT_CONFIG_COUNT', 'secret')],
      why: /GIT_CONFIG_COUNT is a secret variable/,
    },
    {
      title: 'a secret in place of the name of the file',
      environment: {},
      variables: [present('WORKLOAD_IDENTITY_GIT_TOKEN_FILE', 'secret')],
      why: /WORKLOAD_IDENTITY_GIT_TOKEN_FILE is a secret variable/,
    },
    {
      title: 'a secret behind all of ours',
      environment: {},
      variables: [present('GIT_CONFIG_VALUE_4', 'secret')],
    },
    {
      title: 'a secret where the last of ours would stand',
      environment: {},
      variables: [present('GIT_CONFIG_VALUE_3', 'secret')],
      why: /GIT_CONFIG_VALUE_3 is a secret variable/,
    },
    {
      title: 'a secret where ours would stand',
      environment: { GIT_CONFIG_COUNT: '1' },
      variables: [present('GIT_CONFIG_COUNT', 'job'), present('GIT_CONFIG_KEY_1', 'secret')],
      why: /GIT_CONFIG_KEY_1 is a secret variable/,
    },
    ...['x', '-1', '1.5', '99999'].map((count) => ({
      title: `a count of ${count}`,
      environment: { GIT_CONFIG_COUNT: count },
      variables: [present('GIT_CONFIG_COUNT', 'job')],
      why: /which is no number of entries/,
    })),
  ];
  for (const { title, environment, variables = [], why } of rows) {
    it(`are ${why === undefined ? 'added to' : 'refused'}: ${title}`, () => {
      const found = whyNoGitVariables(environment, variables);
      if (why === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', why);
    });
  }
});
