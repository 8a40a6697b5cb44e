import fc from 'fast-check';
import { deepEqual, equal } from 'node:assert/strict';
import { escapeVso, parseVsoCommand, unescapeVso } from './vso-command.ts';

describe('a logging command', () => {
  it('is found anywhere in a line', () => {
    const command = parseVsoCommand('12:00 ##vso[Task.SetVariable Variable=a;isSecret=true]value');
    equal(command?.area, 'task');
    equal(command.event, 'setvariable');
    deepEqual(
      [...command.properties],
      [
        ['variable', 'a'],
        ['issecret', 'true'],
      ],
    );
    equal(command.data, 'value');
  });

  it('keeps a blank before a property name, and drops empty values', () => {
    const command = parseVsoCommand('##vso[task.setvariable variable=a; issecret=true;code=]v');
    deepEqual([...(command?.properties.keys() ?? [])], ['variable', ' issecret']);
  });

  it('splits a property at its first equals sign', () => {
    const command = parseVsoCommand('##vso[task.setvariable variable=a=b]v');
    equal(command?.properties.get('variable'), 'a=b');
  });

  it('ends its properties at the first bracket, and decodes escapes', () => {
    const command = parseVsoCommand('##vso[task.debug a=%5D%3B%AZP250A]x%0Ay%AZP250D]z');
    equal(command?.properties.get('a'), '];%0A');
    equal(command.data, 'x\ny%0D]z');
  });

  it('leaves percent signs alone where decoding is off', () => {
    equal(parseVsoCommand('##vso[task.debug]100%AZP25', false)?.data, '100%AZP25');
  });

  for (const line of [
    '##vso[task.debug',
    '##vso[debug]x',
    '##vso[task.a.b]x',
    '##VSO[task.debug]x',
    '##vso[ task.debug]x',
    '##vso[]x',
  ]) {
    it(`is not ${line}`, () => equal(parseVsoCommand(line), undefined));
  }

  it('undoes its own escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => unescapeVso(escapeVso(text)) === text),
    );
  });
});
