import { deepEqual, equal, throws } from 'node:assert/strict';
import { mangle } from './environment-names.ts';
import { scriptEnvironment, taskEnvironment, type EnvironmentParts } from './step-environment.ts';
import type { Variable } from './variable-store.ts';

function variable(name: string, value: string, more: Partial<Variable> = {}): Variable {
  return { name, value, secret: false, readOnly: false, preserveCase: false, ...more };
}

const parts: EnvironmentParts = {
  inherited: { PATH: '/bin', CLASH: 'worker', ONLY: 'worker' },
  stepEnv: { CLASH: 'step', PASSED: ' step ' },
  variables: [
    variable('clash', 'variable'),
    variable('my secret.key', 'hidden', { secret: true }),
    variable('TF_VAR_Some', 'kept', { preserveCase: true }),
    variable('input_a', 'forged'),
    variable('agent.jobstatus', 'Succeeded'),
  ],
  inputs: { a: 'input' },
  endpoints: { ENDPOINT_URL_X: 'https://x', ENDPOINT_AUTH_X: '{}' },
  taskVariables: [variable('note.a', 'task', { secret: true })],
  prependedPath: ['/first', '/second'],
  variablesLast: false,
};

describe("a step's environment", () => {
  it('lets a variable win over the step, the step over the worker', () => {
    const environment = taskEnvironment(parts);
    equal(environment['CLASH'], 'variable');
    equal(environment['PASSED'], 'step');
    equal(environment['ONLY'], 'worker');
    equal(environment['INPUT_A'], 'input');
    equal(environment['TF_BUILD'], 'True');
  });

  it('lets variables win over inputs in the order of old agents', () => {
    equal(taskEnvironment({ ...parts, variablesLast: true })['INPUT_A'], 'forged');
  });

  it('names secrets, task variables and lists as the agent does', () => {
    const environment = taskEnvironment(parts);
    equal(environment['SECRET_MY_SECRET_KEY'], 'hidden');
    equal(environment['MY_SECRET_KEY'], undefined);
    equal(environment['TF_VAR_Some'], 'kept');
    equal(environment['VSTS_TASKVARIABLE_NOTE_A'], 'task');
    equal(environment['agent.jobstatus'], 'Succeeded');
    equal(environment['VSTS_SECRET_VARIABLES'], '["my secret.key"]');
    equal(
      environment['VSTS_PUBLIC_VARIABLES'],
      '["clash","TF_VAR_Some","input_a","agent.jobstatus"]',
    );
  });

  it('prepends paths, the last one first', () => {
    equal(taskEnvironment(parts)['PATH'], '/second:/first:/bin');
    equal(taskEnvironment({ ...parts, prependedPath: [] })['PATH'], '/bin');
  });

  it('has one variable for all spellings of a name on Windows, the first of them', () => {
    const environment = taskEnvironment({
      ...parts,
      onWindows: true,
      inherited: { Path: 'C:\\bin', Clash: 'worker' },
      prependedPath: ['C:\\first'],
    });
    equal(environment['Path'], 'C:\\first;C:\\bin');
    equal(environment['Clash'], 'variable');
    const names = Object.keys(environment).map((name) => name.toUpperCase());
    equal(new Set(names).size, names.length);
  });

  it('keeps what is for tasks from scripts', () => {
    const names = Object.keys(scriptEnvironment(parts));
    deepEqual(
      names.filter((name) => /^(INPUT|SECRET|VSTS|ENDPOINT)_/.test(name)),
      ['ENDPOINT_URL_X'],
    );
  });

  it('refuses a NUL', () => {
    throws(() => taskEnvironment({ ...parts, inputs: { a: 'x\0y' } }), /NUL/);
  });

  it('mangles dots and blanks, nothing else', () => {
    equal(mangle('a.b c-d_é'), 'A_B_C-D_É');
  });
});
