import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sectionOf, tableOf, textOf } from '../support/markdown.ts';

const repository = join(import.meta.dirname, '..', '..');
const taskNames = ['FederatedLogin', 'TerraformOidcEnv', 'TokenRefresher'] as const;

interface Manifest {
  readonly inputs: readonly {
    readonly name: string;
    readonly aliases?: readonly string[];
    readonly defaultValue?: string;
  }[];
  readonly outputVariables: readonly { readonly name: string }[];
  readonly restrictions: { readonly settableVariables: { readonly allowed: readonly string[] } };
}

describe('docs/REFERENCE.md', () => {
  const page = textOf('docs/REFERENCE.md');

  for (const task of taskNames) {
    const { inputs, outputVariables, restrictions } = JSON.parse(
      textOf(`tasks/${task}/task.json`),
    ) as Manifest;
    const section = sectionOf(page, `## ${task}@1`);

    it(`names every input of ${task}, with its default, and no other`, () => {
      const written = tableOf(section, 'input').map(([name = '', standard = '']) => [
        unquoted(name),
        unquoted(standard),
      ]);
      const real = inputs.map(({ name, defaultValue = '' }) => [name, defaultValue]);
      assert.deepEqual(written.sort(), real.sort());
    });

    it(`names the aliases of the inputs of ${task}`, () => {
      for (const alias of inputs.flatMap(({ aliases = [] }) => aliases)) {
        assert.ok(section.includes(`\`${alias}\``), alias);
      }
    });

    it(`names only such variables for ${task} as the agent lets it set`, () => {
      const { allowed } = restrictions.settableVariables;
      const written = tableOf(section, 'variable').flatMap(([names = '']) => quotedIn(names));
      assert.ok(written.length > 0);
      const forbidden = written
        // The author chooses NAME, which has to end so.
        .map((name) => name.replace(/^NAME/, 'SOME_TOKEN'))
        .filter((name) => !allowed.some((pattern) => fits(name, pattern)));
      assert.deepEqual(forbidden, []);
    });

    it(`names the output variables of ${task}, and no other`, () => {
      const written = tableOf(page, 'output').map(([name = '']) => unquoted(name));
      assert.deepEqual(written.sort(), outputVariables.map(({ name }) => name).sort());
    });
  }

  it('names every variable that the tasks export', () => {
    const exported = exportedVariables();
    assert.ok(exported.includes('ARM_OIDC_REQUEST_URL'), 'the search finds what it should');
    const missing = exported.filter((name) => !page.includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });
});

function unquoted(cell: string): string {
  return cell.replace(/^`(.*)`$/, '$1');
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

/** The agent's patterns, of which only the asterisk is in use here. */
function fits(name: string, pattern: string): boolean {
  const expression = pattern.split('*').map((part) => part.replace(/\W/g, '\\$&'));
  return new RegExp(`^${expression.join('.*')}$`, 'i').test(name);
}

/** The names in the source of what is exported, with the prefix that the page takes for one. */
function exportedVariables(): string[] {
  const folder = join(repository, 'src', 'delivery', 'variables');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('-variables.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const calls = sources.join('\n').matchAll(/\b(?:plain|masked|secret)\(\s*['`]([^'`]+)['`]/g);
  return [...calls].map(([, name = '']) => name.replace(/\$\{\w+\}/g, 'hub'));
}
