import axe from 'axe-core';
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { describeInChromium, startChromium } from './support/chromium.ts';
import { isShown, openTab, until, type OpenedTab, type TabOptions } from './support/opened-tab.ts';
import { PackedPage } from './support/packed-page.ts';
import { pixelsOf } from './support/pixels.ts';
import { goodRecord, outageRecord } from './support/records.ts';
import { RunDouble } from './support/run-double.ts';
import { themes } from './support/themes.ts';

const firstSentence =
  'contoso-production: no good ID token from 09:36:01 for 4 min 59 s (DEVOPS_UNAVAILABLE).';

describeInChromium('The results tab', function () {
  this.timeout(120_000);
  const packed = new PackedPage();
  const run = new RunDouble([
    { name: 'plan', stage: 'Build', attachments: [JSON.stringify(goodRecord())] },
    {
      name: 'deploy',
      stage: 'Production',
      result: 'failed',
      attachments: [JSON.stringify(outageRecord())],
    },
  ]);
  let browser: Browser;
  let tab: OpenedTab | undefined;

  before(async () => {
    browser = await startChromium();
    await Promise.all([packed.listen(), run.listen()]);
  });

  afterEach(async () => {
    await tab?.close();
    tab = undefined;
  });

  after(async () => {
    await browser.close();
    packed.close();
    run.close();
  });

  async function open(options: TabOptions = {}): Promise<OpenedTab> {
    tab = await openTab(browser, packed, run, options);
    await isShown(tab);
    return tab;
  }

  const surroundings: readonly (readonly [string, TabOptions])[] = [
    ['in the light theme', { theme: 'light' }],
    ['in the dark theme', { theme: 'dark' }],
    ['in high contrast', { forcedColors: true }],
    ['420 pixels wide', { width: 420 }],
    ['in the frame without an origin of Azure DevOps Server', { isSandboxed: true }],
    ['in a frame that does not grow', { refusesResize: true }],
  ];
  for (const [where, options] of surroundings) {
    it(`says first what went wrong, and is accessible, ${where}`, async () => {
      const { frame, complaints, calls } = await open(options);
      const tree = await frame.locator('main').ariaSnapshot();
      assert.ok(tree.includes(firstSentence), tree);
      assert.match(tree, /heading "deploy · Production · failed" \[level=2\]/);
      assert.ok(tree.includes(`img "${firstSentence}"`), tree);
      await frame.evaluate(axe.source);
      const { violations } = await frame.evaluate<axe.AxeResults>('axe.run(document)');
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        [],
      );
      const isTooWide =
        'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      assert.equal(await frame.evaluate(isTooWide), false);
      assert.deepEqual(complaints, []);
      assert.ok((await calls()).includes('notifyLoadSucceeded'));
    });
  }

  it('takes the colours of the theme, and follows a change while it is open', async () => {
    const { frame, changeTheme } = await open({ theme: 'light' });
    const colours =
      'getComputedStyle(document.body).backgroundColor + getComputedStyle(document.querySelector("svg .name")).fill';
    assert.equal(await frame.evaluate(colours), 'rgb(255, 255, 255)rgba(0, 0, 0, 0.9)');
    await changeTheme('dark');
    const dark = 'rgb(32, 31, 30)rgb(255, 255, 255)';
    await until(async () => (await frame.evaluate(colours)) === dark);
  });

  it('shows red in the minutes without a token, and nowhere else', async () => {
    const { frame } = await open({ theme: 'light', width: 1_000 });
    const red = await pixelsOf(
      frame.locator('svg').first(),
      themes.light['status-error-foreground'],
    );
    const { width } = (await frame.locator('svg').first().boundingBox()) ?? { width: 0 };
    const lane = red.filter(({ y }) => y < 100);
    const minuteAt = (x: number): number => (x / width) * (2_592 / 60);
    const minutes = lane.map(({ x }) => minuteAt(x));
    assert.ok(lane.length > 500, `${lane.length} red pixels`);
    assert.ok(
      Math.min(...minutes) > 35.8 && Math.max(...minutes) < 41.2,
      `${Math.min(...minutes)} to ${Math.max(...minutes)}`,
    );
    const good = await pixelsOf(
      frame.locator('svg').last(),
      themes.light['status-error-foreground'],
    );
    assert.deepEqual(good, []);
  });

  it('keeps every label legible in high contrast', async () => {
    const { frame } = await open({ forcedColors: true });
    const fills = await frame.evaluate(`(() => {
      const probe = document.createElement('p');
      probe.style.color = 'CanvasText';
      document.body.append(probe);
      const wanted = getComputedStyle(probe).color;
      probe.remove();
      return [...document.querySelectorAll('svg text')].filter((text) => getComputedStyle(text).fill !== wanted).length;
    })()`);
    assert.equal(fills, 0);
  });

  it('opens its table by the keyboard alone, and grows with it', async () => {
    const { page, frame } = await open();
    const height = "document.querySelector('iframe').clientHeight";
    const before = Number(await page.evaluate(height));
    await frame.locator('details.job > summary').first().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const table = frame.locator('table').first();
    await table.waitFor();
    const rows = await table.locator('tbody tr').allInnerTexts();
    const missing = `09:36:01\t${firstSentence.replace(': ', '\t')}`;
    assert.ok(rows.includes(missing), rows.join('\n'));
    assert.equal(
      rows.length,
      [
        '16 ID',
        '2 access',
        'gap',
        'trouble',
        'Terraform',
        'az',
        'wait',
        'start',
        'end',
        'job token',
      ].length + 16,
    );
    const times = rows.map((text) => text.slice(0, 8));
    assert.deepEqual([...times].sort(), times);
    await page.waitForFunction(`${height} > ${before}`);
  });

  it('gives the record away as a file', async () => {
    const { page, frame } = await open();
    await frame.locator('details.everything > summary').first().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      frame.getByText('Save as JSON').first().click(),
    ]);
    assert.equal(download.suggestedFilename(), 'workload-identity.json');
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    assert.deepEqual(JSON.parse(Buffer.concat(chunks).toString()), outageRecord());
  });

  it('draws its pictures anew when it becomes narrower', async () => {
    const { page, frame } = await open({ width: 1_100 });
    await page.setViewportSize({ width: 500, height: 900 });
    const svg = frame.locator('svg').first();
    await until(async () => (await svg.getAttribute('width')) === '426');
  });

  it('says what to do about each failure, in the words of the log', async () => {
    const { frame } = await open();
    const text = await frame.locator('.remedies').innerText();
    assert.match(text, /^What to do\nDEVOPS_UNAVAILABLE Look at https:\/\/status\.dev\.azure\.com/);
  });

  it('asks nobody but the root of the organization, by IDs and with the token of the page', async () => {
    const { requests } = await open();
    const hosts = new Set(requests.map((address) => new URL(address).origin));
    assert.deepEqual(
      [...hosts].sort(),
      [packed.host, packed.tab, run.root].map((address) => new URL(address).origin).sort(),
    );
    assert.ok(
      run.requests.every(({ path }) =>
        /^\/contoso\/[0-9a-f-]{36}\/_apis\/build\/builds\/4711\//.test(path),
      ),
    );
  });
});
