import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const repository = join(import.meta.dirname, '..', '..');
const textOf = (...path: readonly string[]): string =>
  readFileSync(join(repository, ...path), 'utf8');
const page = textOf('docs', 'AZURE-DEVOPS.md');
const folder = join('examples', 'azure-devops');

/** The recipes that an end-to-end test runs, and those that nobody here can run. */
const played = [
  'sign-in.yml',
  'rest.yml',
  'npm.yml',
  'npmrc',
  'pip.yml',
  'maven.yml',
  'settings.xml',
];
const published = ['tfx.yml'];
const read = ['rest-powershell.yml', 'nuget.yml', 'terraform.yml', 'provider.tf'];

interface Step {
  readonly task?: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

describe('docs/AZURE-DEVOPS.md', () => {
  const names = readdirSync(join(repository, folder));

  it('says of each recipe whether it is run or only read', () => {
    assert.deepEqual(names.sort(), [...played, ...published, ...read].sort());
  });

  for (const name of names) {
    it(`shows ${name} as it is in examples/azure-devops`, () => {
      assert.ok(page.includes(`\n${textOf(folder, name)}\`\`\`\n`));
    });
  }

  it('shows to publish as this project itself does', () => {
    const pipeline = textOf('azure-pipelines-release.yml');
    const [own = ''] = /^ *- bash: (cat .*publish.*)\/\*\.vsix$/m.exec(pipeline)?.slice(1) ?? [];
    const [step] = parse(textOf(folder, 'tfx.yml')) as readonly { readonly bash: string }[];
    const plain = (command: string): string =>
      command
        .replace(/\$\w+_TOKEN_FILE/, '$FILE')
        .replace('npx --no-install', 'npx')
        .replace(/ --vsix .*$/, '');
    assert.equal(plain(step?.bash ?? ''), plain(own));
  });

  it('names only inputs that the tasks have', () => {
    const steps = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].flatMap(([, yaml = '']) => {
      const value = parse(yaml) as readonly Step[] | { readonly steps: readonly Step[] };
      return 'steps' in value ? value.steps : value;
    });
    const ours = steps.filter(({ task }) => task !== undefined);
    assert.ok(ours.length >= 2);
    for (const { task = '', inputs = {} } of ours) {
      const manifest = textOf('tasks', task.replace('@1', ''), 'task.json');
      const known = (JSON.parse(manifest) as { inputs: { name: string }[] }).inputs;
      const unknown = Object.keys(inputs).filter((key) => !known.some(({ name }) => name === key));
      assert.deepEqual(unknown, [], task);
    }
  });
});
