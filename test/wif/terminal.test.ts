import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describeWith } from '../support/needs.ts';
import { builtTool, useDesk, type Desk } from './support/desk.ts';

/** What a person sees who runs wif on a terminal; `script` makes one. */
function onTerminal(desk: Desk, environment: Readonly<Record<string, string>>): string {
  const command = `"${process.execPath}" "${builtTool}" check pipeline.yml`;
  const { stdout } = spawnSync(
    'script',
    ['--quiet', '--return', '--command', command, '/dev/null'],
    {
      cwd: desk.folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: desk.folder, TERM: 'xterm', ...environment },
    },
  );
  return stdout;
}

const pipeline = `steps:
  - task: AzureCLI@2
    inputs: { azureSubscription: prod, inlineScript: 'echo $idToken > f' }
`;

describeWith('script', 'The colours of wif', () => {
  const desk = useDesk('the suite');
  beforeEach(() => desk().write('pipeline.yml', pipeline));

  it('are there on a terminal: what has to change is red', () => {
    assert.match(onTerminal(desk(), {}), /\u001b\[31mchange\u001b\[0m/);
  });

  const plain = [
    ['NO_COLOR is set', { NO_COLOR: '1' }],
    ['the terminal has none', { TERM: 'dumb' }],
  ] as const;
  for (const [title, environment] of plain) {
    it(`are not there where ${title}`, () => {
      const seen = onTerminal(desk(), environment);
      assert.match(seen, /change/);
      assert.ok(!seen.includes('\u001b['), seen);
    });
  }

  it('are not there in a file', async () => {
    const { out } = await desk().run('check', 'pipeline.yml');
    assert.match(out, /change/);
    assert.ok(!out.includes('\u001b'), out);
  });
});
