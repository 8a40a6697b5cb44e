/** A record as a job would attach it, to be changed by tests. */
export interface RecordBody {
  readonly schema: string;
  readonly [name: string]: unknown;
}

const minute = 60;

/** ID tokens that live ten minutes, replaced every two. */
export function idTokens(fromS: number, untilS: number): [number, number][] {
  const found: [number, number][] = [];
  for (let atS = fromS; atS < untilS; atS += 2 * minute) found.push([atS, atS + 10 * minute]);
  return found;
}

/** A job of 43 minutes in which everything went well. */
export function goodRecord(): RecordBody {
  return record({ idTokens: idTokens(1, 2_592), episodes: [], refused: 0 });
}

/** Azure DevOps gave no ID token from minute 28 to 41: the last good one ended at minute 37. */
export function outageRecord(): RecordBody {
  const before = idTokens(1, 28 * minute);
  const after = idTokens(41 * minute, 2_592);
  const episodes = [
    {
      fromS: 28 * minute + 1,
      untilS: 41 * minute,
      code: 'DEVOPS_UNAVAILABLE',
      failures: 156,
      retryAfterS: 30,
    },
  ];
  return record({ idTokens: [...before, ...after], episodes, refused: 3 });
}

function record(options: {
  readonly idTokens: readonly (readonly [number, number])[];
  readonly episodes: readonly object[];
  readonly refused: number;
}): RecordBody {
  return {
    schema: 'workload-identity.timeline/1',
    product: '1.1.0',
    startedOn: '2026-11-29T09:00:00Z',
    untilS: 2_592,
    tokenEndsS: 4_200,
    isComplete: true,
    brokers: [{ fromS: 0, untilS: 2_592, end: 'asked to' }],
    connections: [
      {
        name: 'contoso-production',
        fromS: 0,
        lanes: [
          { token: 'id', tokens: options.idTokens, episodes: options.episodes },
          {
            token: 'access',
            scope: 'https://management.azure.com/.default',
            tokens: [
              [1, 3_601],
              [2_101, 5_701],
            ],
            episodes: [],
          },
        ],
        answers: {
          bucketS: 60,
          kinds: {
            Terraform: [
              [0, 3, 0, 12],
              [12, 9, 0, 8],
              [38, 4, options.refused, 2_140],
            ],
            'Azure CLI': [[2, 1, 0, 9]],
          },
        },
        longestWait: { ms: 2_140, atS: 2_284, kind: 'Terraform' },
      },
    ],
    warnings: [],
    left: { tokens: 0, episodes: 0, answers: 0, lanes: 0, connections: 0 },
  };
}
