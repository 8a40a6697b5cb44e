import assert from 'node:assert/strict';
import { useDesk } from './support/desk.ts';

const commands = [
  'list',
  'doctor',
  'convert',
  'revert',
  'move-issuer',
  'check',
  'connect',
  'trust',
  'completion',
] as const;

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

describe('The help of wif', () => {
  const desk = useDesk('the suite');

  for (const command of commands) {
    it(`says of ${command} what it takes, how it ends, and how it is written`, async () => {
      const { code, out } = await desk().run(command, '--help');
      assert.equal(code, 0);
      assert.match(out, /Permissions \(least\):/);
      assert.match(out, new RegExp(`Examples:\\n {2}wif ${command} `));
      for (const exit of [0, 1, 2, 3]) assert.match(out, new RegExp(`^ .*\\b${exit} {2}\\w`, 'm'));
      assert.ok(Math.max(...out.split('\n').map((line) => line.length)) <= 112, 'lines are short');
    });
  }

  it('names the ways to sign in, and every command', async () => {
    const { out } = await desk().run('--help');
    assert.match(out, /AZURE_DEVOPS_EXT_PAT/);
    for (const command of commands) assert.match(out, new RegExp(`wif ${command}`));
  });

  const mistakes = [
    ['no command', []],
    ['an unknown command', ['lists']],
    ['an unknown option', ['list', '--every']],
    ['an unknown form', ['list', '--output', 'xml']],
    ['too many requests at a time', ['list', '--concurrency', '99']],
    ['a strange organization', ['list', '-o', 'https://example.com/contoso']],
    ['names together with --all', ['convert', 'one', '--all']],
    ['neither names nor --all', ['convert']],
    ['connect without a name', ['connect', '-p', 'shop']],
    ['trust for nobody', ['trust', 'shop']],
    ['trust for a cloud that it does not know', ['trust', 'shop', '--for', 'oracle']],
    ['a policy without an account', ['trust', 'shop', '--for', 'aws']],
    ['a policy for what is no account', ['trust', 'shop', '--for', 'aws', '--aws-account', '1']],
  ] as const;
  for (const [title, words] of mistakes) {
    it(`ends with 2 for ${title}, and asks nobody anything`, async () => {
      const { code, out } = await desk().run(...words);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.deepEqual(desk().emulator.journal.entries, []);
    });
  }

  const forPrograms = [
    ['an unknown option', ['list', '--every'], /unknown option '--every'/],
    ['neither names nor --all', ['convert'], /No service connection is named/],
    ['connect without a name', ['connect', '-p', 'shop'], /--name/],
  ] as const;
  for (const [title, words, says] of forPrograms) {
    it(`says ${title} as JSON, where a program reads it`, async () => {
      const { error } = await desk().json<{ readonly error: Problem }>(2, ...words);
      assert.equal(error.code, 'USAGE_INVALID');
      assert.match(error.message, says);
      assert.match(error.remedy, /\w/);
    });
  }
});
