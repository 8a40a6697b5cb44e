import assert from 'node:assert/strict';
import { lifeLine } from '../../../tab/life-line.ts';
import { picture } from '../../../tab/picture.ts';
import { sizeOf, type Child } from '../../../tab/piece.ts';
import { readTimeline } from '../../../tab/read-timeline.ts';
import { tickLabel, timeScale } from '../../../tab/scale.ts';
import type { Timeline } from '../../../tab/timeline.ts';
import { goodRecord, idTokens, outageRecord } from '../../tab/support/records.ts';

function timelineOf(record: object): Timeline {
  const read = readTimeline(JSON.stringify(record));
  if (read.kind !== 'timeline') throw new Error(JSON.stringify(read));
  return read.timeline;
}

function marked(child: Child, mark: string): readonly (readonly [x: number, width: number])[] {
  if (typeof child === 'string') return [];
  const { attributes, children } = child;
  const own =
    attributes.class === mark ? [[Number(attributes.x), Number(attributes.width)] as const] : [];
  return [...own, ...children.flatMap((inner) => marked(inner, mark))];
}

describe('The time axis', () => {
  const axes: readonly (readonly [number, number, string])[] = [
    [80, 1_000, '0:00 0:10 0:20 0:30 0:40 0:50 1:00 1:10 1:20'],
    [2_592, 1_000, '0:00 5:00 10:00 15:00 20:00 25:00 30:00 35:00 40:00'],
    [14_400, 400, '0:00 1:00:00 2:00:00 3:00:00 4:00:00'],
    [172_800, 400, '0:00 12:00:00 24:00:00 36:00:00 48:00:00'],
    [90_000_000, 300, '0:00 6024:00:00 12048:00:00 18072:00:00 24096:00:00'],
  ];
  for (const [endS, width, labels] of axes) {
    it(`of ${endS} seconds on ${width} pixels has readable steps`, () => {
      assert.equal(timeScale(endS, 0, width).ticks.map(tickLabel).join(' '), labels);
    });
  }
});

describe('The line of the life left', () => {
  const frame = { scale: timeScale(1_000, 0, 1_000), top: 0, bottom: 100 };

  it('falls, steps up at each refresh, and reaches the ground where renewal stopped', () => {
    const { edge, isBand } = lifeLine(
      {
        tokens: [
          [0, 500],
          [300, 800],
        ],
      },
      500,
      frame,
    );
    assert.equal(isBand, false);
    assert.equal(edge, 'M0 0L300 60L300 0L800 100');
  });

  it('is broken where no token was good', () => {
    const { edge } = lifeLine(
      {
        tokens: [
          [0, 200],
          [300, 500],
        ],
      },
      200,
      frame,
    );
    assert.equal(edge, 'M0 0L200 100M300 0L500 100');
  });

  it('becomes a band where tokens are too many for a line', () => {
    const tokens = Array.from({ length: 500 }, (_, index): [number, number] => [
      index * 2,
      index * 2 + 10,
    ]);
    const { edge, isBand } = lifeLine({ tokens }, 10, frame);
    assert.equal(isBand, true);
    assert.ok((edge.match(/Z/g) ?? []).length <= 334);
  });
});

describe('The picture of a job', () => {
  it('has red where no token was good and amber where asking failed', () => {
    const drawn = picture(timelineOf(outageRecord()), 2_594, 'label');
    assert.deepEqual(marked(drawn, 'gap'), [[2_162, 299]]);
    assert.deepEqual(marked(drawn, 'trouble'), [[1_682, 779]]);
    assert.deepEqual(marked(picture(timelineOf(goodRecord()), 1_000, 'label'), 'gap'), []);
  });

  it('has a mark for the end of the job token where it is near', () => {
    const near = picture(timelineOf({ ...goodRecord(), tokenEndsS: 2_700 }), 1_000, 'label');
    const far = picture(timelineOf({ ...goodRecord(), tokenEndsS: 20_000 }), 1_000, 'label');
    assert.equal(marked(near, 'end').length, 1);
    assert.equal(marked(far, 'end').length, 0);
  });

  it('stays small however much a record holds', () => {
    const episodes = Array.from({ length: 15 }, (_, index) => ({
      fromS: index * 50,
      untilS: index * 50 + 20,
      code: 'X_Y',
      failures: 1,
    }));
    const lanes = Array.from({ length: 20 }, (_, index) => ({
      token: 'access',
      scope: `s${index}`,
      tokens: idTokens(1, 2_592).map(([from]) => [from, from + 3]),
      episodes,
    }));
    const connections = Array.from({ length: 6 }, () => ({
      name: 'n',
      fromS: 0,
      lanes,
      answers: { bucketS: 60, kinds: {} },
    }));
    const drawn = picture(timelineOf({ ...goodRecord(), connections }), 1_000, 'label');
    assert.ok(sizeOf(drawn) < 5_000, `${sizeOf(drawn)} elements`);
  });

  it('of 48 hours and twenty connections stays small too', () => {
    const day = 86_400;
    const lanes = [{ token: 'id', tokens: idTokens(1, 2 * day), episodes: [] }];
    const connections = Array.from({ length: 5 }, (_, index) => ({
      name: `c${index}`,
      fromS: 0,
      lanes,
      answers: { bucketS: 60, kinds: {} },
    }));
    const drawn = picture(
      timelineOf({ ...goodRecord(), untilS: 2 * day, connections }),
      1_000,
      'label',
    );
    assert.ok(sizeOf(drawn) < 300, `${sizeOf(drawn)} elements`);
  });
});
