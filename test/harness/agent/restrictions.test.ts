import { equal } from 'node:assert/strict';
import { mayRunCommand, maySetVariable } from './restrictions.ts';

describe('restrictions', () => {
  it('allow everything where there are none', () => {
    equal(mayRunCommand('uploadsummary', [{}]), true);
    equal(maySetVariable('any', [{}]), true);
  });

  it('allow few commands in restricted mode', () => {
    equal(mayRunCommand('uploadsummary', [{}, { commands: 'restricted' }]), false);
    equal(mayRunCommand('setvariable', [{ commands: 'restricted' }]), true);
  });

  it('must all agree to a variable', () => {
    const task = { settableVariables: ['ARM_*', '*_TOKEN'] };
    equal(maySetVariable('arm_client_id', [task, {}]), true);
    equal(maySetVariable('other', [task, {}]), false);
    equal(maySetVariable('ARM_X', [task, { settableVariables: [] }]), false);
    equal(maySetVariable('ARM_X', [task, { settableVariables: ['ARM_X'] }]), true);
  });
});
