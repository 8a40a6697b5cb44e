import type { Suite } from 'mocha';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { programOnPath } from '../../harness/stage.ts';
import { describeWith } from '../../support/needs.ts';

/** Where Debian's Chromium is; undefined where it is not installed. */
export function chromiumPath(): string | undefined {
  const folder = programOnPath('chromium');
  return folder === undefined ? undefined : join(folder, 'chromium');
}

/** A suite that looks at pages in Chromium, and is left out, loudly, where there is none. */
export function describeInChromium(title: string, body: (this: Suite) => void): void {
  describeWith('chromium', title, body);
}

/** Starts Chromium without a window. */
export async function startChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('chromium is missing.');
  // As root, which containers are, Chromium refuses its own sandbox.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] });
}
