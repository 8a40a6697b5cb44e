import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { administrationErrorCodes } from '../../wif/administration/errors.ts';
import { exitCodes } from '../../wif/commands/world.ts';
import { helpTexts } from '../../wif/program/help.ts';

const manual = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'WIF.md'), 'utf8');

describe('docs/WIF.md', () => {
  it('has a heading for every failure, and for no other', () => {
    const headings = [...manual.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code);
    assert.deepEqual(headings.sort(), [...administrationErrorCodes].sort());
  });

  it('explains every exit code', () => {
    for (const code of Object.values(exitCodes))
      assert.match(manual, new RegExp(`^\\| ${code} `, 'm'));
  });

  it('names every command', () => {
    for (const command of Object.keys(helpTexts).filter((name) => name !== 'wif')) {
      assert.ok(manual.includes(`\`${command}\``), command);
    }
  });

  it('and the other pages show how to run it without a clone', () => {
    for (const page of [
      'README.md',
      'docs/WIF.md',
      'docs/MIGRATION.md',
      'docs/OTHER-CLOUDS.md',
      'wif/README.md',
    ]) {
      const text = readFileSync(join(import.meta.dirname, '..', '..', page), 'utf8');
      assert.ok(text.includes('npx --package azure-pipelines-workload-identity wif'), page);
      assert.doesNotMatch(text, /npx (?:--yes )?wif\b/, page);
    }
  });
});
