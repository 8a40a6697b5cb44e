import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkPipeline } from '../../wif/administration/pipeline-check.ts';
import { repositoryOf } from '../../wif/external/repository-files.ts';

interface Step {
  readonly task?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly script?: string;
  readonly bash?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Every list of steps of the pipeline, wherever it stands. */
function stepLists(node: unknown): readonly (readonly Step[])[] {
  if (Array.isArray(node)) return node.flatMap(stepLists);
  if (typeof node !== 'object' || node === null) return [];
  const { steps } = node as { readonly steps?: readonly Step[] };
  return [...(steps === undefined ? [] : [steps]), ...Object.values(node).flatMap(stepLists)];
}

const textOf = ({ script = '', bash = '' }: Step): string => `${script}\n${bash}`;
const holdsToken = ({ env = {} }: Step): boolean =>
  Object.values(env).some((value) => value.includes('marketplaceToken'));

const files = ['azure-pipelines.yml', 'azure-pipelines-release.yml'] as const;
const [testing, releasing] = files.map((file) => stepLists(parse(readFileSync(file, 'utf8'))));
const publishes = (step: Step): boolean => textOf(step).includes('tfx extension publish');

describe('The pipelines of this project', () => {
  for (const [name, lists] of [
    ['that test', testing],
    ['that release', releasing],
  ] as const) {
    it(`download no program by npx: those ${name}`, () => {
      const commands = (lists ?? []).flat().map(textOf);
      const runs = commands.flatMap((text) =>
        [...text.matchAll(/\bnpx [^\n]*/g)].map(([run]) => run),
      );
      assert.ok(runs.length > 0);
      // With --yes or a version npx takes a package that no lock file names.
      for (const run of runs) assert.doesNotMatch(run, /--yes|\s-y\s|npx \S*@\d/);
    });
  }

  it('publish, each of them, without a token in an argument, and to one host only', () => {
    const steps = [testing, releasing].flatMap((lists) => (lists ?? []).flat()).filter(publishes);
    assert.equal(steps.length, 4);
    for (const step of steps) {
      assert.doesNotMatch(textOf(step), /--token|--no-prompt/);
      assert.match(textOf(step), /--service-url https:\/\/marketplace\.visualstudio\.com /);
    }
  });

  it('gives the token of the marketplace only to what the lock file names', () => {
    const publishing = (testing ?? []).filter((steps) => steps.some(holdsToken));
    assert.equal(publishing.length, 2);
    for (const steps of publishing) {
      const at = steps.findIndex(holdsToken);
      assert.match(textOf(steps[at] ?? {}), /npx --no-install tfx extension publish/);
      const before = steps.slice(0, at);
      assert.ok(before.some((step) => /\bnpm ci\b/.test(textOf(step)) && !holdsToken(step)));
    }
  });

  it('name no task of ours and no connection where they test, so that they can test without', () => {
    const steps = (testing ?? []).flat();
    for (const { task = '', inputs = {} } of steps) {
      assert.doesNotMatch(task, /FederatedLogin|TokenRefresher|TerraformOidcEnv/);
      assert.doesNotMatch(Object.keys(inputs).join(), /connection|subscription/i);
    }
  });

  it('release without a secret: our task signs in right before what publishes, and after npm', () => {
    const text = readFileSync('azure-pipelines-release.yml', 'utf8');
    assert.doesNotMatch(text, /marketplaceToken|issecret/i);
    const publishing = (releasing ?? []).filter((steps) => steps.some(publishes));
    assert.equal(publishing.length, 2);
    for (const steps of publishing) {
      const [installed, signedIn, published] = [
        steps.findIndex((step) => /\bnpm ci\b/.test(textOf(step))),
        steps.findIndex(({ task }) => task === 'TokenRefresher@1'),
        steps.findIndex(publishes),
      ];
      assert.ok(installed >= 0 && installed < signedIn, 'what npm runs has no token');
      assert.match(textOf(steps[installed] ?? {}), /npm ci --ignore-scripts/);
      assert.equal(published, signedIn + 1);
      assert.equal(published, steps.length - 1);
    }
  });

  it('are told apart by wif check: those that publish with a token, and those without', () => {
    const [withToken, without] = files.map((file) =>
      checkPipeline(file, readFileSync(file, 'utf8'), repositoryOf(file))
        .filter(({ verdict }) => verdict !== 'nothing')
        .map(({ code }) => code),
    );
    assert.deepEqual(withToken, ['personal-access-token', 'personal-access-token']);
    assert.deepEqual(without, []);
  });

  it('release by inputs that our task has', () => {
    const steps = (releasing ?? []).flat().filter(({ task }) => task === 'TokenRefresher@1');
    const { inputs } = JSON.parse(readFileSync('tasks/TokenRefresher/task.json', 'utf8')) as {
      readonly inputs: readonly { readonly name: string }[];
    };
    const known = inputs.map(({ name }) => name);
    for (const { inputs: given = {} } of steps) {
      assert.deepEqual(
        Object.keys(given).filter((name) => !known.includes(name)),
        [],
      );
    }
  });
});
