import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { markdownTable, withTable, type TableMarks } from '../support/page-table.ts';

const page = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs', 'CONFORMANCE.md');

/** Between these the page belongs to `npm run test:windows`, all else to `npm run conformance`. */
export const systemsTable: TableMarks = {
  begin: '<!-- systems: written by npm run test:windows -->',
  end: '<!-- end of systems -->',
};

/** Flows that were played, each with the systems on which it passed. */
export type Passed = ReadonlyMap<string, ReadonlySet<string>>;

/** Puts the flows of a run on the page. */
export async function writeTable(passed: Passed, systems: readonly string[]): Promise<void> {
  const rows = [...passed].map(([flow, on]) => [
    flow,
    ...systems.map((system) => (on.has(system) ? 'passed' : 'not played')),
  ]);
  const table = markdownTable(['flow', ...systems], rows);
  const text = withTable(readFileSync(page, 'utf8'), systemsTable, table);
  writeFileSync(page, await format(text, { parser: 'markdown', printWidth: 100 }));
}
