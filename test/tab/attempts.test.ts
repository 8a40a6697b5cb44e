import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { holdStep, playHeld } from '../e2e/support/held-job.ts';
import { assertClean, assertGreen, usualLives } from '../e2e/support/theatre.ts';
import { startEmulator, type Emulator } from '../harness/emulator/emulator.ts';
import { CredentialSearch } from '../harness/leaks/credential-forms.ts';
import { Stage, type Play } from '../harness/stage.ts';
import { describeInChromium, startChromium } from './support/chromium.ts';
import { isShown, openTab, until, wordsOf, type OpenedTab } from './support/opened-tab.ts';
import { PackedPage } from './support/packed-page.ts';
import { pageToken, RunDouble, type JobInRun } from './support/run-double.ts';

/** Texts that stand for credentials, where Azure DevOps or a record could hold one by mistake. */
const planted = {
  issue: 'planted-in-an-issue-of-the-timeline',
  address: 'planted-in-the-address-of-a-log',
  refusal: 'planted-in-the-text-of-a-refusal',
  field: 'planted-in-a-field-that-no-version-of-the-record-has',
};

/** The first attempt fails for want of a token, the second one does not. */
const steps = `  - task: TokenRefresher@1
    inputs: { azureSubscription: shop, managedIdentity: true }
${holdStep('here')}
  - bash: |
      curl --fail --silent --max-time 2 --output /dev/null --header "Authorization: Bearer $AZURE_OIDC_REQUEST_TOKEN" "$AZURE_OIDC_REQUEST_URL"
    displayName: deploy
`;

describeInChromium('The results tab of a run whose job was tried twice', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'attempts-'));
  const packed = new PackedPage();
  let emulator: Emulator;
  let stage: Stage;
  let browser: Browser;
  let run: RunDouble | undefined;
  let tab: OpenedTab;
  let plays: readonly Play[];

  before(async () => {
    emulator = await startEmulator({ folder });
    stage = new Stage(emulator);
    [browser] = await Promise.all([startChromium(), packed.listen()]);
    const first = await failedAttempt();
    plays = [first, await attemptAfter(first)];
    run = new RunDouble([...plays.map(jobInRun), refusedJob]);
    const itsRecord = new RegExp(`${refusedJob.timelineId}/.*/attachments/`);
    run.faults.push([itsRecord, { status: 500, body: planted.refusal }]);
    await run.listen();
    tab = await openTab(browser, packed, run);
    await isShown(tab);
  });

  after(async () => {
    await browser.close();
    packed.close();
    run?.close();
    stage.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Azure DevOps is away until the last token has ended, and longer. */
  async function failedAttempt(): Promise<Play> {
    Object.assign(emulator.lifetimes, { idTokenSeconds: 3, accessTokenSeconds: 20 });
    const connections = [emulator.addServiceConnection({ name: 'shop' })];
    const play = await playHeld(stage, { steps, connections }, async (job) => {
      await job.heldAt('here');
      emulator.faults.inject({ at: 'oidctoken', kind: { status: 503 } });
      await pause(5_500);
      job.letGo('here');
    });
    emulator.faults.clear();
    assert.equal(play.report.result, 'Failed', play.report.log);
    assertClean(play);
    return play;
  }

  async function attemptAfter({ attempt }: Play): Promise<Play> {
    Object.assign(emulator.lifetimes, usualLives);
    const connections = [emulator.addServiceConnection({ name: 'shop' })];
    const play = await playHeld(stage, { steps, connections, after: attempt }, async (job) => {
      await job.heldAt('here');
      job.letGo('here');
    });
    assertGreen(play);
    return play;
  }

  it('was played as two attempts of one run, each with a timeline of its own', () => {
    const [first, second] = plays.map(({ attempt }) => attempt);
    assert.equal(first?.planId, second?.planId);
    assert.notEqual(first?.timelineId, second?.timelineId);
    const attempts = ['system.jobAttempt', 'system.stageAttempt', 'system.timelineId'];
    assert.deepEqual(
      plays.map(({ report }) => attempts.map((name) => report.variables[name]?.value)),
      [
        ['1', '1', first?.timelineId],
        ['2', '2', second?.timelineId],
      ],
    );
  });

  it('shows both, the last one first, each with what its own tokens did', async () => {
    const titles = await tab.frame.locator('details.job > summary h2').allInnerTexts();
    const [second, first] = [2, 1].map((attempt) =>
      titles.findIndex((title) => title.includes(`attempt ${attempt}`)),
    );
    assert.deepEqual(
      [titles[second ?? -1], titles[first ?? -1]],
      ['deploy · Production · attempt 2 · succeeded', 'deploy · Production · attempt 1 · failed'],
    );
    assert.ok((second ?? 0) < (first ?? 0), titles.join('\n'));
    const words = (index: number | undefined): Promise<string> =>
      tab.frame
        .locator('details.job')
        .nth(index ?? -1)
        .locator('.statements')
        .innerHTML();
    assert.match(await words(second), /Every token was good for as long as it was wanted/);
    assert.match(await words(first), /no good ID token from .* \(DEVOPS_UNAVAILABLE\)/);
  });

  it('shows no credential: neither one of those jobs, nor that of the page, nor a planted one', async () => {
    assert.ok((await wordsOf(tab)).includes('trouble of its own (500)'), 'nothing was refused');
    const issued = [
      ...emulator.issued,
      ...Object.entries({ pageToken, ...planted }).map(([kind, value]) => ({ kind, value })),
    ];
    const search = new CredentialSearch(issued);
    assert.deepEqual(search.kindsIn(JSON.stringify(planted)), Object.keys(planted));
    const kinds = new Set(emulator.issued.map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), ['id-token', 'job-access-token']);
    await tab.frame.evaluate(
      "for (const each of document.querySelectorAll('details')) each.open = true",
    );
    await until(async () => (await tab.frame.locator('table').count()) === plays.length);
    const page = String(await tab.frame.evaluate('document.documentElement.outerHTML'));
    assert.ok(page.includes('DEVOPS_UNAVAILABLE'));
    assert.deepEqual(search.kindsIn(page), []);
    assert.deepEqual(search.kindsIn([...tab.requests, ...tab.complaints].join('\n')), []);
    for (const { report } of plays)
      for (const { text } of report.attachments) assert.deepEqual(search.kindsIn(text), []);
  });
});

/** A job of the same run whose record Azure DevOps does not give. */
const refusedJob = {
  name: 'refused',
  timelineId: '12345678-aaaa-4bbb-8ccc-123456789012',
  attachments: ['refused'],
};

function jobInRun({ attempt, report }: Play): JobInRun {
  const record = report.attachments.find(({ type }) => type === 'workload-identity.timeline');
  assert.ok(record, report.log);
  const more = { ...(JSON.parse(record.text) as object), accessToken: planted.field };
  return {
    name: 'deploy',
    stage: 'Production',
    identifier: 'Production.deploy.__default',
    attempt: attempt.number,
    timelineId: attempt.timelineId,
    result: report.result.toLowerCase(),
    attachments: [JSON.stringify(more)],
    others: {
      issues: [{ type: 'error', message: planted.issue }],
      log: { url: `https://dev.azure.com/contoso/log?token=${planted.address}` },
    },
  };
}
