import { deepEqual, equal } from 'node:assert/strict';
import { overlay } from './environment-names.ts';
import { descendantsOf } from './process-trees.ts';
import { shellOf } from './shell.ts';
import { readProcessTable } from './windows-processes.ts';

describe('the Windows ways of the agent', () => {
  it('read the table of processes, whatever stands around it', () => {
    const table = [
      'Name             ParentProcessId  ProcessId  ',
      'System Idle Process  0            4          ',
      'node.exe         4                308        ',
      '',
    ].join('\r\r\n');
    deepEqual(
      readProcessTable(table).map(({ name, parent, pid }) => [name, parent, pid]),
      [
        ['System Idle Process', 0, 4],
        ['node.exe', 4, 308],
      ],
    );
  });

  it('find what descends from a process that has gone, and stop where they are told to', () => {
    const tree = readProcessTable(
      ['cmd.exe 7 10', 'node.exe 10 11', 'az.exe 11 12', 'other.exe 1 13'].join('\n'),
    );
    deepEqual(
      descendantsOf(7, tree, () => true),
      [10, 11, 12],
    );
    deepEqual(
      descendantsOf(7, tree, ({ name }) => name !== 'node.exe'),
      [10, 11],
    );
    deepEqual(
      descendantsOf(11, tree, ({ name }) => name !== 'node.exe'),
      [],
    );
  });

  it('give a script to the command processor as the task for it does', () => {
    const shell = shellOf('cmd');
    equal(shell.contents('one\ntwo'), '@echo off\r\none\r\ntwo\r\n');
    equal(
      shell.arguments('C:\\a b\\x.cmd').join(' '),
      '/D /E:ON /V:OFF /S /C "CALL "C:\\a b\\x.cmd""',
    );
  });

  it('keep the first spelling of a name and the last value', () => {
    const environments = [{ Path: 'a', ONE: '1' }, { PATH: 'b' }] as const;
    deepEqual(overlay(true, ...environments), { Path: 'b', ONE: '1' });
    deepEqual(overlay(false, ...environments), { Path: 'a', PATH: 'b', ONE: '1' });
  });
});
