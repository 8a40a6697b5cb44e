import type { Figure } from './figures.ts';
import type { GrowthPoint } from './growth.ts';

export function printTitle(title: string): void {
  console.log(`── ${title}`);
}

/** Every figure on a line: budgets in their order, then what was measured beside them. */
export function printTable(figures: readonly Figure[], curves: readonly GrowthPoint[]): void {
  const judged = figures.filter(({ budget }) => budget !== undefined);
  const rows = [...judged].sort(byBudget).map(cells);
  const others = figures.filter(({ budget }) => budget === undefined).map(cells);
  print([['#', 'what', 'Node', 'figure', 'budget', 'verdict', 'noise (IQR)'], ...rows]);
  if (others.length > 0)
    print([['', 'beside', 'Node', 'figure', '', '', 'noise (IQR)'], ...others]);
  if (curves.length > 0) print(curveRows(curves));
}

export function byBudget(one: Figure, other: Figure): number {
  return (one.budget ?? 0) - (other.budget ?? 0);
}

export function curveRows(curves: readonly GrowthPoint[]): string[][] {
  return [
    [
      'connections',
      'scopes of each',
      'RSS, MiB',
      'anonymous, MiB',
      'CPU a first token, ms',
      'CPU at rest an hour, s',
      'Azure DevOps an hour',
      'Entra an hour',
    ],
    ...curves.map((point) => [
      String(point.connections),
      String(point.scopes),
      point.rss.toFixed(1),
      point.anonymous.toFixed(1),
      point.cpuMsAToken.toFixed(1),
      point.restCpuAnHour.toFixed(2),
      String(point.devops),
      String(point.entra),
    ]),
  ];
}

function cells(figure: Figure): string[] {
  const { budget, what, node = '', verdict = '' } = figure;
  return [
    budget === undefined ? '' : String(budget),
    what,
    node,
    withUnit(figure, figure.value.median),
    figure.limit === undefined ? '' : `≤ ${withUnit(figure, figure.limit)}`,
    verdict,
    noise(figure),
  ];
}

/** The middle half of the values; nothing for what is counted. */
export function noise({ value, unit }: Figure): string {
  if (value.count < 2) return '';
  const { lowerQuartile, upperQuartile, count } = value;
  return `${number(lowerQuartile, unit)}–${number(upperQuartile, unit)} (${count})`;
}

export function withUnit({ unit, to }: Figure, value: number): string {
  if (Number.isNaN(value)) return 'not measured';
  const text = number(value, unit);
  if (unit === '') return text;
  return unit === 'x' ? `${text} × ${to ?? ''}` : `${text} ${unit}`;
}

function number(value: number, unit: Figure['unit']): string {
  if (unit === '') return String(value);
  return value.toFixed(unit === 'kB' || unit === 'MiB' || Math.abs(value) >= 10 ? 1 : 2);
}

function print(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  console.log(`\n${rows.map((row) => line(row).trimEnd()).join('\n')}`);
}
