import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StepReport } from '../harness/agent/contract.ts';
import type { ServiceConnection } from '../harness/emulator/service-connections.ts';
import type { Play } from '../harness/stage.ts';
import { mayMount } from '../support/needs.ts';
import { holdStep, playHeld, type HeldJob } from './support/held-job.ts';
import { diskTroubles, TempVolume, type DiskTrouble } from './support/temp-volume.ts';
import { useTheatre } from './support/theatre.ts';

const mostMs = 5_000;
const title = 'A temp folder that cannot be written to';

const login = (name: string, inputs: string): string => `
  - task: ${name}@1
    inputs: { azureSubscription: disk, ${inputs} }
    continueOnError: true
`;
const tasks =
  login('FederatedLogin', 'tools: none') +
  login('FederatedLogin', 'tools: none, refresh: false') +
  login('TerraformOidcEnv', 'mode: broker') +
  login('TokenRefresher', 'managedIdentity: false');
const mains = 4;

if (mayMount(title)) {
  describe(title, function () {
    this.timeout(300_000);
    const theatre = useTheatre();

    for (const trouble of diskTroubles) {
      it(`because it is ${trouble.title} fails each task at once, in one sentence`, async () => {
        const play = await played(holdStep('start') + tasks, trouble, 'start');
        const { report } = play;
        assertNothingRuns(play);
        const steps = report.steps.filter(({ node }) => node !== undefined);
        const main = steps.filter(({ phase }) => phase === 'main');
        assert.equal(main.length, mains, report.log);
        for (const step of main) {
          assert.equal(step.result, 'SucceededWithIssues', report.log);
          const [issue, ...more] = step.issues;
          assert.deepEqual(more, [], step.lines.join('\n'));
          assert.match(issue?.message ?? '', trouble.says, step.lines.join('\n'));
          assert.match(issue?.message ?? '', /\(TEMP_FOLDER_UNWRITABLE\)$/);
          assertShort(step);
        }
        for (const step of steps.filter(({ phase }) => phase === 'post')) {
          assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
          assertShort(step);
        }
      });

      it(`since it is ${trouble.title} fails no post-job step, nor leaves a broker`, async () => {
        const play = await played(tasks + holdStep('end'), trouble, 'end');
        const { report } = play;
        assertNothingRuns(play);
        assert.equal(report.result, 'Succeeded', report.log);
        const steps = report.steps.filter(({ phase }) => phase === 'post');
        assert.equal(steps.length, mains, report.log);
        for (const step of steps) {
          assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
          assert.doesNotMatch(step.lines.join('\n'), /UNEXPECTED|\n\s+at /);
          assertShort(step);
        }
        const warnings = steps.flatMap(({ issues }) => issues.map(({ message }) => message));
        if (trouble.isTold) assert.match(warnings.join('\n'), trouble.says, report.log);
      });
    }

    function played(steps: string, trouble: DiskTrouble, place: string): Promise<Play> {
      const { emulator, stage } = theatre;
      const connections: readonly ServiceConnection[] = [
        emulator.addServiceConnection({ name: 'disk' }),
      ];
      const temp = join(stage.folder, 'agent', '_work', '_temp');
      mkdirSync(temp, { recursive: true });
      const volume = TempVolume.mountedAt(temp);
      async function script(job: HeldJob): Promise<void> {
        await job.heldAt(place);
        trouble.strike(volume);
        job.letGo(place);
      }
      // What lies on a disk that takes nothing cannot be removed either.
      const allow = trouble.isTold ? [{ where: 'file left', kinds: ['id-token'] } as const] : [];
      return playHeld(stage, { steps, connections, allow }, script).finally(() => {
        volume.unmount();
        rmSync(temp, { recursive: true, force: true });
      });
    }
  });
}

function assertShort({ durationMs, name, lines }: StepReport): void {
  assert.ok(durationMs <= mostMs, `${name}: ${durationMs} ms\n${lines.join('\n')}`);
}

function assertNothingRuns({ report, leaks }: Play): void {
  assert.deepEqual(leaks, []);
  assert.deepEqual(report.orphansKilled, []);
  assert.deepEqual(report.lingering, { processes: [], ports: [] });
}
