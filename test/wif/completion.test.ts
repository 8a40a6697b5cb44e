import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describeWith } from '../support/needs.ts';
import { builtTool } from './support/desk.ts';

interface Line {
  readonly typed: readonly string[];
  readonly offers: readonly string[];
}

/** The last word is the one that is completed. */
const lines: readonly Line[] = [
  { typed: ['mo'], offers: ['move-issuer'] },
  { typed: ['re'], offers: ['revert'] },
  { typed: ['list', '--proj'], offers: ['--project'] },
  { typed: ['list', '--output', ''], offers: ['table', 'json', 'csv'] },
  { typed: ['trust', 'shop', '--for', 'g'], offers: ['google'] },
  { typed: ['completion', ''], offers: ['bash', 'zsh', 'powershell'] },
  { typed: ['move', ''], offers: [] },
  { typed: ['convert', '$(touch made)', '--al'], offers: ['--all'] },
];

/** Each shell hands over all of these in its own way: a last word that is empty, and an evil one. */
const linesOfShells = lines.slice(-4);

describe('The completion of words', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'completion-'));
    mkdirSync(join(folder, 'bin'));
    const shim = `#!/bin/sh\nexec "${process.execPath}" "${builtTool}" "$@"\n`;
    writeFileSync(join(folder, 'bin', 'wif'), shim, { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const shell = (program: string, ...words: readonly string[]): string =>
    execFileSync(program, words, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder },
    });
  const wif = (...words: readonly string[]): string => shell(join(folder, 'bin', 'wif'), ...words);

  it('offers what may stand at each place', () => {
    for (const { typed, offers } of lines) {
      const at = String(typed.length - 1);
      assert.deepEqual(
        wif('complete', at, ...typed)
          .split('\n')
          .filter(Boolean),
        offers,
        typed.join(' '),
      );
    }
  });

  it('is offered to no one who reads the help', () => {
    assert.doesNotMatch(wif('--help'), /^ *complete\b(?!s| words)/m);
  });

  it('works in bash, which runs nothing of what is typed', () => {
    writeFileSync(join(folder, 'wif.bash'), wif('completion', 'bash'));
    for (const { typed, offers } of linesOfShells) {
      const script = `source wif.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wif; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const out = shell('bash', '--norc', '-c', script, 'bash', 'wif', ...typed);
      assert.deepEqual(out.split('\n').filter(Boolean), offers, typed.join(' '));
    }
    assert.throws(() => shell('test', '-e', 'made'), 'nothing was made');
  });

  it('is made known to PowerShell as a completer of a program', () => {
    assert.match(
      wif('completion', 'powershell'),
      /^Register-ArgumentCompleter -Native -CommandName wif /,
    );
  });

  describeWith('zsh', 'in zsh', () => {
    it('offers the same', () => {
      writeFileSync(join(folder, 'wif.zsh'), wif('completion', 'zsh'));
      for (const { typed, offers } of linesOfShells) {
        const script = `compdef() { : }; compadd() { shift; print -l -- "$@" }; _files() { : }
source ./wif.zsh; words=("$@"); CURRENT=$#; _wif`;
        const out = shell('zsh', '-f', '-c', script, 'zsh', 'wif', ...typed);
        assert.deepEqual(out.split('\n').filter(Boolean), offers, typed.join(' '));
      }
    });
  });
});
