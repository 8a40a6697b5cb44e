import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { linesOf, useTheatre } from '../e2e/support/theatre.ts';
import { platforms, type Platform } from './support/platforms.ts';

/*
 * The Windows ways of the local agent, which the flows rely on: each of these would let something
 * pass unseen if it were not so.
 */

const probe = fileURLToPath(new URL('../harness/agent/fixtures/probe', import.meta.url));

const withProbe = (platform: Platform): Platform['stage'] => ({
  ...platform.stage,
  agent: { ...platform.stage.agent, taskFolders: [probe], times: { streamsMs: 1_000 } },
});

const act = (inputs: string): string => `
steps:
  - task: Probe@1
    inputs: { ${inputs} }
`;

for (const platform of platforms().filter(({ isWindows }) => isWindows)) {
  describe(`The local agent on ${platform.name}`, function () {
    this.timeout(600_000);
    this.slow(20_000);
    const theatre = useTheatre(withProbe(platform));
    after(() => platform.close());

    it('ends the tree of a step that has gone and whose streams are still held open', async () => {
      const { report } = await theatre.stage.play({
        pipeline: act('action: hold'),
        connections: [],
      });
      assert.equal(report.result, 'Succeeded', report.log);
      assert.equal(report.steps.find(({ phase }) => phase === 'main')?.streamsHeldOpen, true);
      assert.deepEqual(report.lingering.processes, []);
    });

    it('has one variable for all spellings of a name', async () => {
      const { report } = await theatre.stage.play({
        pipeline: `
variables: { cLaSh: variable }
steps:
  - script: |
      echo clash is %CLASH%
      echo built by %tf_build%
      set path
    displayName: tell
    env: { Clash: step }
`,
        connections: [],
      });
      const said = linesOf(report, 'tell');
      assert.ok(said.includes('clash is variable'), report.log);
      assert.ok(said.includes('built by True'), report.log);
      assert.equal(said.filter((line) => /^path=/i.test(line)).length, 1, report.log);
    });

    it('refuses a secret with a line end of Windows, not one with a line feed alone', async () => {
      const setSecret = (value: string): string =>
        act(`lines: '##vso[task.setvariable variable=note;issecret=true]${value}'`);
      const results = [];
      for (const value of ['one%0D%0Atwo', 'one%0Atwo']) {
        const { report } = await theatre.stage.play({
          pipeline: setSecret(value),
          connections: [],
        });
        results.push(report.result);
      }
      assert.deepEqual(results, ['Failed', 'Succeeded']);
    });

    if (!platform.huntsOrphans) return;

    it('finds what a step has left running, by the mark in its environment', async () => {
      const { report } = await theatre.stage.play({
        // A program in Wine shows its environment only once it has started, which takes a while.
        pipeline: `${act('action: daemon')}  - script: node -e "setTimeout(() => {}, 2000)"\n`,
        connections: [],
      });
      assert.deepEqual(
        report.orphansKilled.map(({ name }) => name),
        ['node.exe'],
      );
      assert.match(report.log, /Terminate orphan process: pid \(\d+\) \(node\.exe\)/);
    });

    it('lets the leak detector see the arguments and the environment of a program', async () => {
      const wait = 'node -e "setTimeout(() => {}, 2500)"';
      const { leaks } = await theatre.stage.play({
        pipeline: `
steps:
  - script: ${wait}
    env: { TOKEN: $(System.AccessToken) }
  - script: ${wait} $(System.AccessToken)
`,
        connections: [],
      });
      const found = leaks.map(({ where, place }) => `${where} ${place}`).join('\n');
      assert.match(found, /^environment TOKEN of node -e/m);
      assert.match(found, /^arguments node -e/m);
    });
  });
}
