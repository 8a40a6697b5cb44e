import assert from 'node:assert/strict';
import { gapsOf } from '../../../tab/gaps.ts';
import type { Connection, Episode, Lane } from '../../../tab/timeline.ts';

type Pair = readonly [number, number];

function lane(
  scope: string | undefined,
  tokens: readonly Pair[],
  episodes: readonly Episode[] = [],
): Lane {
  return { scope, tokens, spans: [], episodes };
}

function trouble(fromS: number, untilS: number | undefined, code = 'DEVOPS_UNAVAILABLE'): Episode {
  return { fromS, untilS, code, failures: 3, retryAfterS: 0, throttled: false };
}

function connectionWith(...lanes: readonly Lane[]): Connection {
  const rest = { bucketS: 60, kinds: [], longestWait: undefined };
  return { name: 'shop', fromS: 0, untilS: 1_000, lanes, ...rest };
}

const outage = trouble(250, 500);
const rows: readonly {
  readonly when: string;
  readonly lanes: readonly [Lane, ...Lane[]];
  readonly gaps: readonly (readonly [number, number, string | undefined])[];
}[] = [
  {
    when: 'each token follows before the last one ends',
    lanes: [
      lane(undefined, [
        [0, 600],
        [480, 1_080],
      ]),
    ],
    gaps: [],
  },
  {
    when: 'the ID token ended before the next one came',
    lanes: [
      lane(
        undefined,
        [
          [0, 300],
          [500, 1_100],
        ],
        [outage],
      ),
    ],
    gaps: [[300, 500, 'DEVOPS_UNAVAILABLE']],
  },
  {
    when: 'no new ID token came to the end',
    lanes: [lane(undefined, [[0, 300]], [trouble(250, undefined, 'JOB_TOKEN_REFUSED')])],
    gaps: [[300, 1_000, 'JOB_TOKEN_REFUSED']],
  },
  {
    when: 'the machine slept and nothing failed',
    lanes: [
      lane(undefined, [
        [0, 300],
        [500, 1_100],
      ]),
    ],
    gaps: [[300, 500, undefined]],
  },
  {
    when: 'the first token came only after failures',
    lanes: [lane(undefined, [[40, 1_040]], [trouble(2, 40, 'DEVOPS_THROTTLED')])],
    gaps: [[2, 40, 'DEVOPS_THROTTLED']],
  },
  {
    when: 'a short and a long failure lie in one gap',
    lanes: [
      lane(
        undefined,
        [
          [0, 300],
          [500, 1_100],
        ],
        [trouble(290, 320, 'DEVOPS_THROTTLED'), trouble(320, 500)],
      ),
    ],
    gaps: [[300, 500, 'DEVOPS_UNAVAILABLE']],
  },
];

describe('The times without a good ID token', () => {
  for (const { when, lanes, gaps } of rows) {
    it(`are found when ${when}`, () => {
      const found = gapsOf(lanes[0], connectionWith(...lanes));
      assert.deepEqual(
        found.map(({ fromS, untilS, code }) => [fromS, untilS, code]),
        gaps,
      );
    });
  }

  it('are hidden by no tokens that are told as one', () => {
    const merged: Lane = {
      ...lane(undefined, [[900, 1_500]]),
      spans: [
        [0, 300, 3],
        [500, 910, 4],
      ],
    };
    assert.deepEqual(gapsOf(merged, connectionWith(merged)), [
      { fromS: 300, untilS: 500, code: undefined },
    ]);
  });
});

describe('The times without a good access token', () => {
  const idToken = lane(undefined, [[0, 1_000]]);

  it('are none while nobody asks for one', () => {
    const access = lane('scope', [
      [0, 100],
      [900, 1_000],
    ]);
    assert.deepEqual(gapsOf(access, connectionWith(idToken, access)), []);
  });

  it('are those in which asking failed', () => {
    const access = lane(
      'scope',
      [
        [0, 100],
        [900, 1_000],
      ],
      [trouble(850, 900, 'ENTRA_UNAVAILABLE')],
    );
    assert.deepEqual(gapsOf(access, connectionWith(idToken, access)), [
      { fromS: 850, untilS: 900, code: 'ENTRA_UNAVAILABLE' },
    ]);
  });

  it('are also those in which there was no ID token to ask with', () => {
    const broken = lane(
      undefined,
      [
        [0, 300],
        [500, 1_100],
      ],
      [outage],
    );
    const access = lane('scope', [[0, 400]]);
    assert.deepEqual(gapsOf(access, connectionWith(broken, access)), [
      { fromS: 400, untilS: 500, code: 'DEVOPS_UNAVAILABLE' },
    ]);
  });
});
