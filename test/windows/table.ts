import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const page = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs', 'CONFORMANCE.md');

/** Between these the page belongs to `npm run test:windows`, all else to `npm run conformance`. */
const begin = '<!-- systems: written by npm run test:windows -->';
const end = '<!-- end of systems -->';

/** Flows that were played, each with the systems on which it passed. */
export type Passed = ReadonlyMap<string, ReadonlySet<string>>;

/** The table that the page has now; empty where it has none. */
export function tableOnPage(): string {
  return between(readFileSync(page, 'utf8'))?.trim() ?? '';
}

/**
 * Puts a table between the marks of a text.
 * @throws {Error} where the marks are missing.
 */
export function withTable(text: string, table: string): string {
  if (between(text) === undefined) throw new Error(`The text has no place for the table: ${begin}`);
  const head = text.slice(0, text.indexOf(begin) + begin.length);
  return `${head}\n\n${table}\n\n${text.slice(text.indexOf(end))}`;
}

/** Puts the flows of a run on the page. */
export async function writeTable(passed: Passed, systems: readonly string[]): Promise<void> {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = [...passed].map(([flow, on]) =>
    line([flow, ...systems.map((system) => (on.has(system) ? 'passed' : 'not played'))]),
  );
  const heads = ['flow', ...systems];
  const table = [line(heads), line(heads.map(() => '---')), ...rows].join('\n');
  const text = withTable(readFileSync(page, 'utf8'), table);
  writeFileSync(page, await format(text, { parser: 'markdown', printWidth: 100 }));
}

function between(text: string): string | undefined {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  return from < 0 || to < from ? undefined : text.slice(from + begin.length, to);
}
