import assert from 'node:assert/strict';
import { jobsOf, readPlaces, readRecords, type RunRecord } from '../../../tab/jobs.ts';

const id = (number: number): string => `00000000-0000-4000-8000-${`${number}`.padStart(12, '0')}`;
const ourTask = id(999);

interface Wanted {
  readonly number: number;
  readonly parent?: number;
  readonly type: string;
  readonly name?: string;
  readonly attempt?: number;
  readonly result?: string;
  readonly state?: string;
  readonly task?: string;
}

function recordsOf(...wanted: readonly Wanted[]): readonly RunRecord[] {
  return readRecords({
    records: wanted.map(({ number, parent, task, state = 'completed', ...each }) => ({
      id: id(number),
      parentId: parent === undefined ? null : id(parent),
      task: task === undefined ? null : { id: task },
      identifier: `${each.type}.${each.name}`,
      state,
      ...each,
    })),
  });
}

function jobWith(number: number, more: Partial<Wanted> = {}): readonly Wanted[] {
  const name = `job ${number}`;
  return [
    { number, parent: number + 1, type: 'Job', name, result: 'succeeded', ...more },
    { number: number + 1, parent: number + 2, type: 'Phase', name },
    { number: number + 2, type: 'Stage', name: 'Production' },
    { number: number + 3, parent: number, type: 'Task', name: 'FederatedLogin', task: ourTask },
    { number: number + 4, parent: number, type: 'Task', name: 'Post-job: FederatedLogin' },
  ];
}

const place = (
  timeline: number,
  record: number,
): { timelineId: string; recordId: string; name: string } => ({
  timelineId: id(timeline),
  recordId: id(record),
  name: 'workload-identity',
});
const ours = (task: string): boolean => task === ourTask;
const nobodys = (): boolean => false;
const titles = (jobs: ReturnType<typeof jobsOf>): readonly string[] =>
  jobs.map(
    ({ name, stage, attempt, result, attachments }) =>
      `${name}, ${stage}, ${attempt}, ${result}, ${attachments.length}`,
  );

describe('The jobs of a run', () => {
  it('are found from the post-job step that attached the record', () => {
    const timelines = new Map([['current', recordsOf(...jobWith(10))]]);
    assert.deepEqual(titles(jobsOf(timelines, [place(1, 14)], nobodys)), [
      'job 10, Production, 1, succeeded, 1',
    ]);
  });

  it('are those with one of our tasks, also without a record', () => {
    const foreign = jobWith(20).filter(({ task }) => task === undefined);
    const timelines = new Map([['current', recordsOf(...jobWith(10), ...foreign)]]);
    assert.deepEqual(titles(jobsOf(timelines, [], ours)), ['job 10, Production, 1, succeeded, 0']);
  });

  it('come with failures first, and earlier attempts last', () => {
    const timelines = new Map([
      [
        'current',
        recordsOf(
          ...jobWith(10),
          ...jobWith(20, { result: 'failed' }),
          ...jobWith(30, { attempt: 2 }),
        ),
      ],
      [id(2), recordsOf(...jobWith(30, { result: 'failed' }))],
    ]);
    assert.deepEqual(titles(jobsOf(timelines, [place(2, 34)], ours)), [
      'job 20, Production, 1, failed, 0',
      'job 10, Production, 1, succeeded, 0',
      'job 30, Production, 2, succeeded, 0',
      'job 30, Production, 1, failed, 1',
    ]);
  });

  it('hide no record whose job is nowhere', () => {
    const [only] = jobsOf(new Map([['current', []]]), [place(1, 14)], ours);
    assert.equal(only?.name, 'A job that the timeline of this run does not name');
  });

  it('end also where records are their own parents', () => {
    const circle = recordsOf(
      { number: 1, parent: 2, type: 'Task' },
      { number: 2, parent: 1, type: 'Phase' },
    );
    assert.equal(jobsOf(new Map([['current', circle]]), [place(1, 1)], ours).length, 1);
  });
});

describe('The answers of Azure DevOps', () => {
  it('give the place of an attachment from its link, whatever the host', () => {
    const path = `/_apis/build/Builds/4711/${id(1)}/${id(2)}/attachments/workload-identity.timeline/workload-identity`;
    for (const host of [
      'https://dev.azure.com/contoso/p',
      'https://contoso.visualstudio.com/p',
      'http://server:8080/tfs/Main/p',
    ]) {
      const value = [{ name: 'workload-identity', _links: { self: { href: host + path } } }];
      assert.deepEqual(readPlaces({ value }), [place(1, 2)]);
    }
  });

  it('are read as far as they have their form', () => {
    for (const body of [
      undefined,
      null,
      4,
      'text',
      {},
      { value: 1, records: 1 },
      { value: [null, {}, { _links: 4 }], records: [null, { id: 'x' }] },
    ]) {
      assert.deepEqual([readPlaces(body), readRecords(body)], [[], []]);
    }
  });
});
