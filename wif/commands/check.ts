import { checkPipeline } from '../administration/pipeline-check.ts';
import type { Remark } from '../administration/remark.ts';
import { counted, type Report } from '../administration/report.ts';
import type { Repository } from '../administration/repository.ts';
import { printRows } from './printing.ts';
import { exitCodes, type ExitCode, type OutputForm, type Terminal } from './world.ts';

export interface CheckOptions {
  readonly files: readonly string[];
  readonly output: OutputForm;
}

/** What a check needs: files and a terminal, and no network at all. */
export interface CheckWorld {
  readonly terminal: Terminal;
  readonly readText: (path: string) => string;
  readonly repositoryOf: (path: string) => Repository;
}

/** Says of each step of pipelines what it takes to stay signed in. */
export function check({ files, output }: CheckOptions, world: CheckWorld): ExitCode {
  const remarks = files.flatMap((file) =>
    checkPipeline(file, world.readText(file), world.repositoryOf(file)),
  );
  const verdicts = counted(remarks.map(({ verdict }) => verdict));
  printRows(checkReport(remarks), 'remarks', output, world.terminal, {
    json: { files, verdicts },
    lines: [sentenceOf(verdicts)],
  });
  if (remarks.some(({ verdict }) => verdict === 'change')) return exitCodes.failed;
  return remarks.some(({ verdict }) => verdict === 'unknown') ? exitCodes.partly : exitCodes.fine;
}

function sentenceOf(verdicts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  return parts.length === 0 ? 'Nothing here signs in to Azure.' : `Steps: ${parts.join(', ')}.`;
}

function checkReport(remarks: readonly Remark[]): Report {
  return {
    columns: [
      ['file', undefined],
      ['line', undefined],
      ['place', 'Where'],
      ['job', 'Job'],
      ['step', 'Step'],
      ['connection', undefined],
      ['verdict', 'Verdict'],
      ['code', undefined],
      ['what', 'What'],
      ['todo', 'To do'],
    ],
    rows: remarks.map(({ line, ...rest }) => ({
      ...rest,
      line: String(line),
      place: `${rest.file}:${line}`,
    })),
  };
}
