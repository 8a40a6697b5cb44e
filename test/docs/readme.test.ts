import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

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

interface Step {
  readonly task?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

describe('The README', () => {
  const readme = textOf('README.md');
  const yamlSnippets = snippetsOf(readme, 'yaml');

  for (const task of taskNames) {
    const { inputs, outputVariables, restrictions } = manifestOf(task);
    const section = sectionOf(readme, `### ${task}@1`);

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
      const written = tableOf(readme, 'output').map(([name = '']) => unquoted(name));
      assert.deepEqual(written.sort(), outputVariables.map(({ name }) => name).sort());
    });
  }

  it('names every variable that the tasks export', () => {
    const exported = exportedVariables();
    assert.ok(exported.includes('ARM_OIDC_REQUEST_URL'), 'the search finds what it should');
    const missing = exported.filter((name) => !readme.includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });

  it('has YAML that can be read, and names tasks and inputs that exist', () => {
    assert.ok(yamlSnippets.length >= 6);
    for (const snippet of yamlSnippets) {
      const { steps } = parsed(snippet) as { readonly steps: readonly Step[] };
      const ours = steps.filter(({ task }) => task !== undefined);
      assert.ok(ours.length > 0, snippet);
      for (const { task, inputs = {} } of ours) requireKnown(task ?? '', inputs);
    }
  });

  it('shows its picture small enough for a page, with a text for who cannot see it', () => {
    const [, text = '', path = ''] = /!\[([^\]]+)\]\(([^)]+)\)/.exec(readme) ?? [];
    assert.equal(path, 'images/overview.png');
    assert.ok(text.length > 40, text);
    assert.ok(readFileSync(join(repository, path)).length <= 60_000);
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

function textOf(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

function exists(path: string): boolean {
  return existsSync(join(repository, path));
}

function manifestOf(task: string): Manifest {
  return JSON.parse(textOf(`tasks/${task}/task.json`)) as Manifest;
}

/** From a heading to the next one of the same or a higher level. */
function sectionOf(markdown: string, heading: string): string {
  const lines = markdown.split('\n');
  const start = lines.indexOf(heading);
  assert.ok(start >= 0, `there is no heading "${heading}"`);
  const level = heading.indexOf(' ');
  const end = lines.findIndex(
    (line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= level,
  );
  return lines.slice(start, end < 0 ? undefined : end).join('\n');
}

/** The rows of the table whose first column has this title. */
function tableOf(markdown: string, firstColumn: string): string[][] {
  const rows = markdown.split('\n').map((line) => (line.startsWith('|') ? cellsOf(line) : []));
  const head = rows.findIndex(([title]) => title === firstColumn);
  assert.ok(head >= 0, `there is no table of "${firstColumn}"`);
  const end = rows.findIndex((cells, index) => index > head && cells.length === 0);
  return rows.slice(head + 2, end < 0 ? undefined : end);
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

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

/** The names in the source of what is exported, with the prefix that the README takes for one. */
function exportedVariables(): string[] {
  const folder = join(repository, 'src', 'delivery', 'variables');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('-variables.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const calls = sources.join('\n').matchAll(/\b(?:plain|masked|secret)\(\s*['`]([^'`]+)['`]/g);
  return [...calls].map(([, name = '']) => name.replace(/\$\{\w+\}/g, 'hub'));
}

function snippetsOf(markdown: string, language: string): string[] {
  const fences = markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...fences].filter(([, name]) => name === language).map(([, , code = '']) => code);
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
  const { inputs } = manifestOf(task);
  const known = new Set(inputs.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  for (const name of Object.keys(values)) assert.ok(known.has(name), `${reference}: ${name}`);
}

/** The targets of links and images, outside of code. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!exists(file)) return false;
  return anchor === undefined || anchorsOf(textOf(file)).includes(anchor);
}

/** The anchors that GitHub and Azure DevOps give to headings. */
function anchorsOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
