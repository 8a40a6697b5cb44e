import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { taskManifest, openPackage } from '../package/packed-extension.ts';
import { describeInChromium, startChromium } from './support/chromium.ts';
import { hostileTexts, withConnections, withTexts } from './support/hostile.ts';
import {
  isShown,
  type OpenedTab,
  openTab,
  type TabOptions,
  until,
  wordsOf,
} from './support/opened-tab.ts';
import { PackedPage } from './support/packed-page.ts';
import { goodRecord, outageRecord } from './support/records.ts';
import { RunDouble, type Fault, type JobInRun } from './support/run-double.ts';

const { id: ourTask } = taskManifest(openPackage(), 'FederatedLogin');
const good = JSON.stringify(goodRecord());
const bad = JSON.stringify(outageRecord());

interface Case {
  readonly when: string;
  readonly jobs: readonly JobInRun[];
  readonly faults?: readonly (readonly [RegExp, Fault])[];
  readonly options?: TabOptions;
  readonly words: readonly RegExp[];
}

/** From the handshake of the SDK until the host takes its spinner away, whatever Azure DevOps does. */
const maxLoadingMs = 3_000;

const one = [{ name: 'deploy', attachments: [good] }];
const all = /\/_apis\//;
const attachment = /attachments\/workload-identity\.timeline\//;

const cases: readonly Case[] = [
  {
    when: 'a job ran twice',
    jobs: [
      { name: 'deploy', stage: 'Production', attempt: 1, result: 'failed', attachments: [bad] },
      { name: 'deploy', stage: 'Production', attempt: 2, attachments: [good] },
    ],
    words: [
      /deploy · Production · attempt 2 · succeeded[^]*deploy · Production · attempt 1 · failed/,
    ],
  },
  {
    when: 'a matrix has three legs',
    jobs: ['east', 'north', 'west'].map((leg) => ({ name: `deploy ${leg}`, attachments: [good] })),
    words: [/deploy east · succeeded[^]*deploy north · succeeded[^]*deploy west · succeeded/],
  },
  {
    when: 'the agent of a job was lost',
    jobs: [{ name: 'deploy', result: 'abandoned', tasks: [ourTask] }],
    words: [/deploy · abandoned/, /left no record\. .*agent lost/],
  },
  {
    when: 'the run goes on',
    jobs: [
      { name: 'plan', attachments: [good] },
      { name: 'deploy', state: 'inProgress', tasks: [ourTask] },
    ],
    words: [
      /The run goes on/,
      /plan · succeeded/,
      /deploy · running[^]*leaves its record when it ends/,
    ],
  },
  { when: 'nobody left anything', jobs: [{ name: 'build' }], words: [/No job of this run used/] },
  {
    when: 'the sign-in is refused',
    jobs: one,
    faults: [[all, { status: 401 }]],
    words: [/\(401\).*authorize the extension/],
  },
  {
    when: 'the data is refused without a CORS header',
    jobs: one,
    faults: [[all, { status: 403, withoutCors: true }]],
    words: [/no answer that this page can read.*you may not see this run/],
  },
  {
    when: 'the data is refused',
    jobs: one,
    faults: [[all, { status: 403 }]],
    words: [/\(403\).*"View builds"/],
  },
  {
    when: 'the run is gone',
    jobs: one,
    faults: [[all, { status: 404 }]],
    words: [/does not find this run.*\(404\)/],
  },
  {
    when: 'Azure DevOps is throttling',
    jobs: one,
    faults: [[all, { status: 429 }]],
    words: [/fewer requests \(429\)/],
  },
  {
    when: 'Azure DevOps has trouble',
    jobs: one,
    faults: [[all, { status: 500 }]],
    words: [/trouble of its own \(500\)/],
  },
  {
    when: 'a sign-in page comes in place of data',
    jobs: one,
    faults: [[all, { body: '<html>Sign in</html>' }]],
    words: [/sign in again/],
  },
  {
    when: 'Azure DevOps does not answer',
    jobs: one,
    faults: [[all, 'never answers']],
    words: [/Reading what the tokens of this run did/],
  },
  {
    when: 'one record cannot be read',
    jobs: [...one, { name: 'other', attachments: [good] }],
    faults: [[attachment, { status: 404 }]],
    words: [/deploy · succeeded[^]*cannot be shown.*\(404\)/],
  },
  {
    when: 'one record does not come',
    jobs: one,
    faults: [[attachment, 'never answers']],
    words: [/deploy · succeeded[^]*Reading the record of this job/],
  },
  {
    when: 'a record is no JSON',
    jobs: [{ name: 'deploy', attachments: ['{"schema":'] }],
    words: [/cannot be read: it is not JSON/],
  },
  {
    when: 'a record is of a newer form',
    jobs: [
      {
        name: 'deploy',
        attachments: [good.replace('timeline/1', 'timeline/2').replace('1.1.0', '3.0.0')],
      },
    ],
    words: [/newer form \(2\), written by version 3\.0\.0/],
  },
  {
    when: 'a record is of 3 MB',
    jobs: [{ name: 'deploy', attachments: [good + ' '.repeat(3_000_000)] }],
    words: [/larger than 1 MiB/],
  },
  {
    when: 'a record has 5,000 connections',
    jobs: [{ name: 'deploy', attachments: [withConnections(5_000)] }],
    words: [/4,800 connections/],
  },
  {
    when: 'the page of the run has no service that knows it, as on older servers',
    jobs: one,
    options: { lacksBuildPage: true },
    words: [/deploy · succeeded/],
  },
];

describeInChromium('The results tab ends loading with words', function () {
  this.timeout(120_000);
  const packed = new PackedPage();
  let browser: Browser;
  let run: RunDouble | undefined;
  let tab: OpenedTab | undefined;

  before(async () => {
    browser = await startChromium();
    await packed.listen();
  });

  afterEach(async () => {
    await tab?.close();
    run?.close();
  });

  after(async () => {
    await browser.close();
    packed.close();
  });

  async function open(
    jobs: readonly JobInRun[],
    { faults = [], options }: Partial<Case> = {},
  ): Promise<OpenedTab> {
    run = new RunDouble(jobs);
    run.faults.push(...faults);
    await run.listen();
    tab = await openTab(browser, packed, run, options);
    return tab;
  }

  for (const { when, jobs, words, ...more } of cases) {
    it(`when ${when}`, async () => {
      const opened = await open(jobs, more);
      const { frame, complaints, requests } = opened;
      const loadingMs = await opened.loadingMs();
      assert.ok(loadingMs < maxLoadingMs, `${loadingMs} ms`);
      for (const pattern of words) {
        await until(async () => pattern.test(await wordsOf(opened)));
      }
      assert.deepEqual(complaints, []);
      const origins = [packed.host, packed.tab, run?.root ?? ''].map(
        (address) => new URL(address).origin,
      );
      assert.deepEqual(
        requests.filter((address) => !origins.includes(new URL(address).origin)),
        [],
      );
      assert.ok((await frame.locator('*').count()) < 15_000);
    });
  }

  it('when the host never answers', async () => {
    const opened = await open(one, { options: { isSilent: true, holdsTime: true } });
    await opened.page.clock.fastForward(11_000);
    await until(async () => (await wordsOf(opened)).includes('did not open the conversation'));
  });

  for (const text of hostileTexts) {
    it(`when every text of run and record is ${JSON.stringify(text)}, which stays a text`, async () => {
      const opened = await open([
        { name: text, stage: text, result: 'failed', attachments: [withTexts(text)] },
      ]);
      await isShown(opened);
      const { frame, complaints } = opened;
      await frame.locator('details.everything > summary').first().click();
      await frame.locator('table').waitFor();
      assert.equal(
        await frame.locator('img, script:not([src="tab.js"]), body style, body link').count(),
        0,
      );
      assert.ok((await frame.locator('h2').first().textContent())?.startsWith(text));
      assert.deepEqual(complaints, []);
      assert.equal(await frame.evaluate('window.alerted ?? {}.polluted ?? null'), null);
    });
  }

  it('and looks again while the run goes on, but not often', async () => {
    const jobs = [{ name: 'deploy', state: 'inProgress' as const, tasks: [ourTask] }];
    const opened = await open(jobs, { options: { holdsTime: true } });
    await isShown(opened);
    const looks = (): number =>
      run?.requests.filter(({ path }) => path.endsWith('/timeline')).length ?? 0;
    await opened.page.clock.fastForward(30_000);
    assert.equal(looks(), 1);
    await opened.page.clock.fastForward(31_000);
    await until(() => Promise.resolve(looks() === 2));
  });

  it('and does not look again when the run has ended', async () => {
    const opened = await open(one, { options: { holdsTime: true } });
    await isShown(opened);
    const asked = run?.requests.length;
    await opened.page.clock.fastForward(3_600_000);
    await wordsOf(opened);
    assert.equal(run?.requests.length, asked);
  });
});
