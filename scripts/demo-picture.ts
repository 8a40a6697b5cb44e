import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { page } from '../tab/page.ts';
import { readTimeline } from '../tab/read-timeline.ts';
import { remedies } from './build-tab.mjs';
import { toHtml } from './html.ts';
import { slowed } from './slowed.ts';

const repository = join(import.meta.dirname, '..');
const width = 1_200;

/**
 * Draws what the tokens of the demo's job did as the results tab does, in one file that loads nothing.
 * @param record the text that the job attached.
 * @param haste how much faster than in reality the job went: the picture shows the times of reality.
 * @returns the path of the file.
 */
export async function drawPicture(record: string, haste: number): Promise<string> {
  const job = {
    key: 'demo',
    name: 'A job of four hours',
    stage: undefined,
    attempt: 1,
    isLatest: true,
    isRunning: false,
    result: 'succeeded',
    hasFailed: false,
    attachments: [],
  };
  const jobs = [{ job, records: [readTimeline(slowed(record, haste))] }];
  const notes = [`Played ${haste} times faster than the times that this page shows.`];
  const options = { width, remedies: await remedies(repository), withTables: true };
  const style = readFileSync(join(repository, 'tab', 'tab.css'), 'utf8');
  const file = join(repository, 'build', 'demo.html');
  mkdirSync(join(repository, 'build'), { recursive: true });
  writeFileSync(
    file,
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Workload identity</title>
<style>${style}</style>
${toHtml(page(jobs, notes, options))}
</html>
`,
  );
  return file;
}
