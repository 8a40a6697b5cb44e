/** A place on a page that a run fills with its table. */
export interface TableMarks {
  readonly begin: string;
  readonly end: string;
}

/** The table that a page has now; empty where it has none. */
export function tableIn(text: string, marks: TableMarks): string {
  return between(text, marks)?.trim() ?? '';
}

/**
 * Puts a table between the marks of a text.
 * @throws {Error} where the marks are missing.
 */
export function withTable(text: string, marks: TableMarks, table: string): string {
  const { begin, end } = marks;
  if (between(text, marks) === undefined)
    throw new Error(`The text has no place for the table: ${begin}`);
  const head = text.slice(0, text.indexOf(begin) + begin.length);
  return `${head}\n\n${table}\n\n${text.slice(text.indexOf(end))}`;
}

/** A table in Markdown. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function between(text: string, { begin, end }: TableMarks): string | undefined {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  return from < 0 || to < from ? undefined : text.slice(from + begin.length, to);
}
