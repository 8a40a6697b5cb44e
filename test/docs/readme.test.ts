import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { exists, leadsSomewhere, linksOf, snippetsOf, textOf } from '../support/markdown.ts';

const repository = join(import.meta.dirname, '..', '..');
const taskNames = ['FederatedLogin', 'TerraformOidcEnv', 'TokenRefresher'] as const;
const longestReadme = 220;

interface Manifest {
  readonly inputs: readonly { readonly name: string; readonly aliases?: readonly string[] }[];
}

interface Step {
  readonly task?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

describe('The README', () => {
  const readme = textOf('README.md');

  it(`is read in one sitting: it has ${longestReadme} lines at most`, () => {
    const { length } = readme.trimEnd().split('\n');
    assert.ok(length <= longestReadme, String(length));
  });

  it('begins with Azure CLI in two steps, and Terraform in two more', () => {
    const [first = '', second = ''] = snippetsOf(readme, 'yaml');
    for (const [yaml, task, command] of [
      [first, 'FederatedLogin@1', /script: az /],
      [second, 'TerraformOidcEnv@1', /terraform apply/],
    ] as const) {
      assert.deepEqual(
        stepsOf(yaml).map((step) => step.task),
        [task, undefined],
      );
      assert.match(yaml, command);
    }
  });

  it('has YAML that can be read, and names tasks and inputs that exist', () => {
    for (const snippet of snippetsOf(readme, 'yaml')) {
      const ours = stepsOf(snippet).filter(({ task }) => task !== undefined);
      assert.ok(ours.length > 0, snippet);
      for (const { task, inputs = {} } of ours) requireKnown(task ?? '', inputs);
    }
  });

  it('shows its pictures small enough for a page, with a text for who cannot see them', () => {
    const pictures = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
    assert.equal(pictures[0]?.[2], 'images/overview.png');
    for (const [, text = '', path = ''] of pictures) {
      assert.ok(text.length > 40, text);
      assert.ok(readFileSync(join(repository, path)).length <= 100_000, path);
    }
  });
});

describe('The documents', () => {
  const pages = [
    ...readdirSync(repository),
    ...readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`),
  ].filter((path) => path.endsWith('.md'));

  for (const page of pages) {
    const text = textOf(page);

    it(`lead from ${page} only to files and headings that exist`, () => {
      const broken = linksOf(text)
        .filter((target) => !/^[a-z]+:/i.test(target))
        .filter((target) => !leadsSomewhere(page, target));
      assert.deepEqual(broken, []);
    });

    it(`have YAML in ${page} that can be read`, () => {
      for (const snippet of snippetsOf(text, 'yaml')) parsed(snippet);
    });
  }

  it('name only source files that exist', () => {
    for (const page of pages) {
      const named = [...textOf(page).matchAll(/`((?:src|tasks|test|scripts)\/[\w./-]+)`/g)];
      const missing = named.map(([, path = '']) => path).filter((path) => !exists(path));
      assert.deepEqual(missing, [], page);
    }
  });
});

function stepsOf(yaml: string): readonly Step[] {
  return (parsed(yaml) as { readonly steps: readonly Step[] }).steps;
}

function parsed(yaml: string): unknown {
  const documents = parseAllDocuments(yaml);
  for (const { errors } of documents) assert.deepEqual(errors, [], yaml);
  const [first] = documents;
  return first?.toJS();
}

function requireKnown(reference: string, values: Readonly<Record<string, unknown>>): void {
  const task = reference.replace(/@1$/, '');
  assert.ok(
    taskNames.some((name) => name === task),
    reference,
  );
  const { inputs } = JSON.parse(textOf(`tasks/${task}/task.json`)) as Manifest;
  const known = new Set(inputs.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  for (const name of Object.keys(values)) assert.ok(known.has(name), `${reference}: ${name}`);
}
