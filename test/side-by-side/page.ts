import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { repository } from '../conformance/paths.ts';
import { commandGroups } from './commands.ts';
import { trials } from './matrix.ts';
import { fileReasons, lineReasons, type Reason } from './reasons.ts';
import type { VersionVerdict } from './verdict.ts';

const template = join(repository, 'test', 'side-by-side', 'AZURE-CLI.template.md');
const page = join(repository, 'docs', 'AZURE-CLI.md');

/** Writes what all versions said and did among the documents. */
export async function writePage(verdicts: readonly VersionVerdict[], date: Date): Promise<void> {
  const values: Readonly<Record<string, string>> = {
    date: date.toISOString().slice(0, 10),
    lines: String(commandGroups.flatMap(({ lines }) => lines).length),
    versions: verdicts.map(({ version }) => version).join(', '),
    commands: commandTable(verdicts),
    reasons: reasonTable([...lineReasons, ...fileReasons]),
    files: fileTable(verdicts),
    trials: trialTable(),
  };
  const text = readFileSync(template, 'utf8').replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template asks for ${name}.`);
    return value;
  });
  writeFileSync(page, await format(text, { parser: 'markdown', printWidth: 100 }));
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** The exit code of a line after `az login`, with a mark where a session does something else. */
function cell(line: string, { reference, compared }: VersionVerdict): string {
  const status = reference.said.find((one) => one.line === line)?.status;
  const differs = compared.some(({ differences }) => differences.some((one) => one.line === line));
  return `${status ?? 'signal'}${differs ? ' ≠' : ''}`;
}

function commandTable(verdicts: readonly VersionVerdict[]): string {
  const heads = ['line of a script', ...verdicts.map(({ version }) => version)];
  const rows = commandGroups.flatMap(({ about, lines }) => [
    [`**${about}**`, ...verdicts.map(() => '')],
    ...lines.map((line) => [code(line), ...verdicts.map((verdict) => cell(line, verdict))]),
  ]);
  return table(heads, rows);
}

function reasonTable(reasons: readonly Reason[]): string {
  return table(
    ['what', 'in the sessions', 'why'],
    reasons.map(({ about, sessions, why }) => [code(about.source), sessions.join(', '), why]),
  );
}

/** What else each version was put through; the page is written where all of it went as it should. */
function trialTable(): string {
  return table(
    ['job', 'ID token lives', 'access token lives'],
    trials.map(({ name, lives: { idTokenSeconds, accessTokenSeconds } }) => [
      name,
      `${idTokenSeconds} s`,
      `${accessTokenSeconds} s`,
    ]),
  );
}

/** The files of the profiles, and in which versions a sign-in of ours leaves the same. */
function fileTable(verdicts: readonly VersionVerdict[]): string {
  const names = new Set(
    verdicts.flatMap(({ reference, compared }) =>
      [reference, ...compared.map(({ record }) => record)].flatMap(({ files }) =>
        files.map(({ name }) => name),
      ),
    ),
  );
  const rows = [...names].toSorted().map((name) => [
    code(name),
    ...verdicts.map(({ compared }) => {
      const [first] = compared;
      const found = first?.fileDifferences.filter((one) => one.name === name) ?? [];
      return found.length === 0 ? 'the same' : (found[0]?.what.split(':')[0] ?? '');
    }),
  ]);
  return table(['file', ...verdicts.map(({ version }) => version)], rows);
}
