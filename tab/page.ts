import type { Job } from './jobs.ts';
import { picture } from './picture.ts';
import { piece, type Child, type Piece } from './piece.ts';
import type { Reading } from './read-timeline.ts';
import { statementsOf, summaryOf, type Statement } from './sentences.ts';
import { table } from './table.ts';
import type { Timeline } from './timeline.ts';
import { shortened } from './words.ts';

/** What the page has of a record: the record itself, or why not. */
export type RecordView =
  Reading | { readonly kind: 'waiting' } | { readonly kind: 'failed'; readonly why: string };

/** A job with its records, in the order of its attachments. */
export interface JobView {
  readonly job: Job;
  readonly records: readonly RecordView[];
}

/** What to do about each failure, by its code. */
export type Remedies = Readonly<Record<string, string>>;

export interface PageOptions {
  /** Of the pictures, in pixels. */
  readonly width: number;
  readonly remedies: Remedies;
  /** Whether the tables are filled at once; else when somebody opens them. */
  readonly withTables: boolean;
}

/** More jobs than this are not unfolded by themselves. */
const maxOpen = 8;

/** The whole page about a run: first notes that are of no single job, then each job. */
export function page(
  jobs: readonly JobView[],
  notes: readonly string[],
  options: PageOptions,
): Piece {
  let open = 0;
  return piece(
    'main',
    {},
    heading(),
    ...notes.map(note),
    ...jobs.map((view) => {
      const isOpen = (view.job.isLatest || view.job.hasFailed) && open < maxOpen;
      if (isOpen) open += 1;
      return jobSection(view, isOpen, options);
    }),
  );
}

/** The page while there is nothing but one thing to say. */
export function wordsOnly(words: string): Piece {
  return piece('main', {}, heading(), piece('p', { class: 'note', role: 'status' }, words));
}

/** The picture of one record; drawn again when the page gets another width. */
export function pictureOf(timeline: Timeline, width: number): Piece {
  const [first] = statementsOf(timeline);
  return picture(timeline, width, first?.text ?? 'What the tokens did');
}

/** A key for the picture and the table of a record. */
export function recordKey(job: Job, index: number): string {
  return `${job.key}/${index}`;
}

function heading(): Piece {
  return piece(
    'header',
    {},
    piece('h1', {}, 'Workload identity'),
    piece('p', {}, 'What the tokens of each job did, from its first step to its last.'),
  );
}

function jobSection({ job, records }: JobView, isOpen: boolean, options: PageOptions): Piece {
  const contents: readonly Child[] =
    records.length === 0
      ? [note(withoutRecord(job))]
      : records.flatMap((record, index) => recordContents(record, recordKey(job, index), options));
  return piece(
    'details',
    { class: 'job', 'data-job': job.key, ...(isOpen ? { open: '' } : {}) },
    piece('summary', {}, piece('h2', {}, title(job)), chip(records[0])),
    ...contents,
  );
}

function title({ name, stage, attempt, isLatest, result }: Job): string {
  const isRepeated = attempt > 1 || !isLatest;
  return [name, stage, isRepeated ? `attempt ${attempt}` : undefined, result]
    .flatMap((part) => (part === undefined ? [] : shortened(part, 100)))
    .join(' · ');
}

/** What a folded job has to say, in two or three words. */
function chip(record: RecordView | undefined): Piece {
  const { tone, text } =
    record?.kind === 'timeline'
      ? summaryOf(record.timeline)
      : { tone: 'plain', text: 'no record to show' };
  return piece('span', { class: `chip ${tone}` }, text);
}

function withoutRecord({ isRunning }: Job): string {
  return isRunning
    ? 'This job is running: it leaves its record when it ends.'
    : 'This job left no record. Either none of its tasks kept tokens fresh (refresh: false, or a mode other than broker), or its post-job step did not run (agent lost, job ended by force), or its version of the extension was older than this tab.';
}

function recordContents(record: RecordView, key: string, options: PageOptions): readonly Piece[] {
  switch (record.kind) {
    case 'timeline':
      return timelineContents(record.timeline, key, options);
    case 'newer':
      return [
        note(
          `This record is of a newer form (${record.version}), written by version ${shortened(record.product, 40)} of the extension: reload this page to get the newer page.`,
        ),
      ];
    case 'unreadable':
      return [note(`The record of this job cannot be read: ${record.why}.`)];
    case 'failed':
      return [note(`The record of this job cannot be shown. ${record.why}`)];
    case 'waiting':
      return [note('Reading the record of this job …')];
  }
}

function note(words: string): Piece {
  return piece('p', { class: 'note' }, words);
}

function timelineContents(
  timeline: Timeline,
  key: string,
  { width, remedies, withTables }: PageOptions,
): readonly Piece[] {
  const statements = statementsOf(timeline);
  return [
    piece('ul', { class: 'statements' }, ...statements.map(statementItem)),
    ...whatToDo(statements, remedies),
    piece(
      'figure',
      {},
      piece('div', { class: 'picture', 'data-picture': key }, pictureOf(timeline, width)),
      legend(),
    ),
    piece(
      'details',
      { class: 'everything', 'data-table': key },
      piece('summary', {}, 'Everything in a table'),
      ...(withTables ? [table(timeline)] : []),
    ),
  ];
}

/** Words before each sentence, so that its colour says nothing alone. */
const marks = { bad: '✕', warning: '!', good: '✓', plain: '•' } as const;

function statementItem({ tone, text }: Statement): Piece {
  return piece('li', { class: tone }, piece('i', {}, marks[tone]), piece('span', {}, text));
}

function whatToDo(statements: readonly Statement[], remedies: Remedies): readonly Piece[] {
  const codes = new Set(statements.flatMap(({ code }) => code ?? []));
  const known = [...codes].filter((code) => Object.hasOwn(remedies, code));
  if (known.length === 0) return [];
  return [
    piece(
      'div',
      { class: 'remedies' },
      piece('strong', {}, 'What to do'),
      piece(
        'ul',
        {},
        ...known.map((code) =>
          piece('li', {}, piece('strong', {}, code), ` ${remedies[code] ?? ''}`),
        ),
      ),
    ),
  ];
}

const keys = [
  ['life', 'life left of the token in hand'],
  ['gap', 'no good token'],
  ['trouble', 'asking failed'],
  ['answers', 'answers to tools'],
  ['refused', 'of them refusals'],
] as const;

function legend(): Piece {
  return piece(
    'figcaption',
    {},
    ...keys.map(([mark, words]) => piece('span', {}, piece('i', { class: `key ${mark}` }), words)),
    piece('span', {}, 'Time since the start of the broker.'),
  );
}
