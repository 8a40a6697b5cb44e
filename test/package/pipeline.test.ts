import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Step {
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

describe('The pipeline of this project', () => {
  const pipeline = readFileSync('azure-pipelines.yml', 'utf8');
  const lists = stepLists(parse(pipeline));

  it('downloads no program by npx', () => {
    const commands = lists.flat().map(textOf);
    const runs = commands.flatMap((text) =>
      [...text.matchAll(/\bnpx [^\n]*/g)].map(([run]) => run),
    );
    assert.ok(runs.length > 0);
    // With --yes or a version npx takes a package that no lock file names.
    for (const run of runs) assert.doesNotMatch(run, /--yes|\s-y\s|npx \S*@\d/);
  });

  it('gives the token of the marketplace only to what the lock file names', () => {
    const publishing = lists.filter((steps) => steps.some(holdsToken));
    assert.equal(publishing.length, 2);
    for (const steps of publishing) {
      const at = steps.findIndex(holdsToken);
      assert.match(textOf(steps[at] ?? {}), /npx --no-install tfx extension publish/);
      const before = steps.slice(0, at);
      assert.ok(before.some((step) => /\bnpm ci\b/.test(textOf(step)) && !holdsToken(step)));
    }
  });
});
