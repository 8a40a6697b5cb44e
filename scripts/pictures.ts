// npm run pictures: takes the pictures of a run's log and of the results tab that README and the
// marketplace show.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import type { JobReport } from '../test/harness/agent/contract.ts';
import { startEmulator, type Emulator } from '../test/harness/emulator/emulator.ts';
import { Stage } from '../test/harness/stage.ts';
import { startChromium } from '../test/tab/support/chromium.ts';
import { isShown, openTab } from '../test/tab/support/opened-tab.ts';
import { PackedPage } from '../test/tab/support/packed-page.ts';
import { RunDouble, type JobInRun } from '../test/tab/support/run-double.ts';
import { indexedPng } from './indexed-png.ts';
import { runLogPage } from './run-log.ts';
import { slowed } from './slowed.ts';

const repository = join(import.meta.dirname, '..');
const width = 1_366;
const logWidth = 920;

/** How much faster than in reality the jobs go: an hour in a minute. */
const haste = 60;
const lifetimes = { idTokenSeconds: 600 / haste, accessTokenSeconds: 3_600 / haste };
const halfSeconds = 25;

const contoso = {
  name: 'contoso-production',
  subscriptionName: 'Contoso Production',
  issuer: 'entra',
} as const;

/** When Azure DevOps goes away in the bad job, and for how long, in seconds. */
const outage = { fromS: 14, forS: 16 };

/** The steps of the good job whose lines are shown. */
const openedSteps = ['Sign in', 'Post-job: Sign in'];

const good = await playJob(() => Promise.resolve());
const bad = await playJob(async ({ faults }) => {
  await pause(outage.fromS * 1_000);
  const fault = faults.inject({ at: 'oidctoken', kind: { status: 503 } });
  await pause(outage.forS * 1_000);
  fault.clear();
});
await takeLogPicture('run-log.png', good);
await takePicture('results-tab-good.png', recordOf(good));
await takePicture('results-tab-bad.png', recordOf(bad));

/** Plays the long job of the examples in the local agent. */
async function playJob(meanwhile: (emulator: Emulator) => Promise<void>): Promise<JobReport> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  const emulator = await startEmulator({ folder, blobStorage: true });
  const stage = new Stage(emulator);
  try {
    await emulator.createContainer('tfstate');
    Object.assign(emulator.lifetimes, lifetimes);
    Object.assign(emulator.deployments, { durationMs: halfSeconds * 1_000, retryAfterSeconds: 1 });
    const { report } = await stage.play({
      pipeline: join(repository, 'examples', 'four-hour-job', 'azure-pipelines.yml'),
      connections: [emulator.addServiceConnection(contoso)],
      sources: 'examples/four-hour-job',
      variables: {
        hasTerraform: 'true',
        deploymentSeconds: String(halfSeconds),
        waves: String(halfSeconds),
      },
      meanwhile: () => meanwhile(emulator),
    });
    console.log(`The job ${report.result} in ${Math.round(report.durationMs / 1_000)} s.`);
    return report;
  } finally {
    stage.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the post-job step attached, with the times of reality. */
function recordOf(report: JobReport): JobInRun {
  const record = report.attachments.find(({ type }) => type === 'workload-identity.timeline');
  if (record === undefined) throw new Error(`The job left no record.\n${report.log}`);
  const result = report.result === 'Succeeded' ? 'succeeded' : 'failed';
  return { name: 'deploy', stage: 'Production', result, attachments: [slowed(record.text, haste)] };
}

async function takeLogPicture(name: string, report: JobReport): Promise<void> {
  const browser = await startChromium();
  try {
    const page = await browser.newPage({ viewport: { width: logWidth, height: 4_000 } });
    await page.setContent(runLogPage(report, openedSteps));
    await keep(name, page.locator('main'));
  } finally {
    await browser.close();
  }
}

async function takePicture(name: string, job: JobInRun): Promise<void> {
  const [packed, run, browser] = [new PackedPage(), new RunDouble([job]), await startChromium()];
  try {
    await Promise.all([packed.listen(), run.listen()]);
    // Higher than any page, so that the picture of its content is whole.
    const tab = await openTab(browser, packed, run, { theme: 'light', width, height: 4_000 });
    await isShown(tab);
    await keep(name, tab.frame.locator('main'));
  } finally {
    await browser.close();
    packed.close();
    run.close();
  }
}

/** Keeps the picture of what is shown. */
async function keep(name: string, what: Locator): Promise<void> {
  const path = join(repository, 'images', name);
  writeFileSync(path, await indexedPng(what.page(), await what.screenshot()));
  console.log(path);
}
