import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import type { PackedPage } from './packed-page.ts';
import { pageToken, type RunDouble } from './run-double.ts';
import { themes, type Theme } from './themes.ts';

export interface TabOptions {
  /** Whether time goes on only when the test says so. */
  readonly holdsTime?: boolean;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** As on Azure DevOps Server. */
  readonly isSandboxed?: boolean;
  readonly forcedColors?: boolean;
  readonly refusesResize?: boolean;
  readonly lacksBuildPage?: boolean;
  /** The host answers nothing at all. */
  readonly isSilent?: boolean;
}

/** The tab, open in the page of a run. */
export interface OpenedTab {
  readonly page: Page;
  readonly frame: Frame;
  /** Addresses of everything that was asked for. */
  readonly requests: readonly string[];
  /** What the browser complained of, failed requests aside. */
  readonly complaints: readonly string[];
  /** What the tab asked of the host so far. */
  readonly calls: () => Promise<readonly string[]>;
  /** How long the host showed that the tab is loading, in ms by the host's clock. */
  readonly loadingMs: () => Promise<number>;
  readonly changeTheme: (theme: Theme) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the tab of a run, and waits until it has words on it. */
export async function openTab(
  browser: Browser,
  packed: PackedPage,
  run: RunDouble,
  options: TabOptions = {},
): Promise<OpenedTab> {
  const { theme = 'light', width = 1100, height = 900, forcedColors = false } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    forcedColors: forcedColors ? 'active' : 'none',
    colorScheme: theme,
  });
  const page = await context.newPage();
  if (options.holdsTime === true) await page.clock.install();
  const [requests, complaints] = watch(page);
  const scene = {
    tab: packed.tab,
    root: run.root,
    project: run.project,
    build: run.build,
    token: pageToken,
    theme: themes[theme],
    isSandboxed: options.isSandboxed,
    isSilent: options.isSilent,
    refusesResize: options.refusesResize,
    lacksBuildPage: options.lacksBuildPage,
  };
  await page.goto(`${packed.host}#${encodeURIComponent(JSON.stringify(scene))}`);
  const frame = await frameOf(page);
  await frame.waitForSelector('main');
  return {
    page,
    frame,
    requests,
    complaints,
    calls: () => page.evaluate('window.calls'),
    loadingMs: async () => {
      await page.waitForFunction("window.calls.includes('notifyLoadSucceeded')");
      return page.evaluate(
        'window.calledAt.notifyLoadSucceeded - window.calledAt.initialHandshake',
      );
    },
    changeTheme: (other) => page.evaluate(`window.changeTheme(${JSON.stringify(themes[other])})`),
    close: () => closed(context),
  };
}

/** Until the tab shows what it has of each job. */
export async function isShown(tab: OpenedTab): Promise<void> {
  await tab.frame.waitForSelector('details.job');
  await until(async () => !(await wordsOf(tab)).includes('Reading the record of this job'));
  // The frame paints by itself: pictures taken before it has are blank.
  await tab.frame.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  );
}

/** What the tab says, as it is seen. */
export async function wordsOf({ frame }: OpenedTab): Promise<string> {
  return frame.locator('body').innerText();
}

/** Waits until something is so. The frame's policy forbids the browser's own waiting, which evaluates. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + maxWaitMs; !(await isSo());) {
    if (Date.now() > giveUpAt) throw new Error('The tab did not come to show what it should.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const maxWaitMs = 30_000;

function watch(page: Page): [string[], string[]] {
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const isOfNetwork = /Failed to load resource|blocked by CORS policy/.test(message.text());
    if (message.type() === 'error' && !isOfNetwork) complaints.push(message.text());
  });
  return [requests, complaints];
}

async function frameOf(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('iframe');
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('The host page has no frame.');
  return frame;
}

async function closed(context: BrowserContext): Promise<void> {
  await context.close();
}
