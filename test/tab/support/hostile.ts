import { goodRecord } from './records.ts';

/** Names and texts that would be something else than themselves in a page that shows markup. */
export const hostileTexts = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "javascript:alert('1')",
  '__proto__',
  'constructor',
  '\u202e\u0000\u2028',
  '{{7*7}}',
];

/** A record in which every text is this one. */
export function withTexts(text: string): string {
  const episode = { fromS: 10, untilS: 20, code: text, failures: 3 };
  const lanes = [
    { token: 'id', tokens: [[1, 5]], episodes: [episode] },
    { token: 'access', scope: text, tokens: [[1, 600]], episodes: [episode] },
  ];
  const answers = { bucketS: 60, kinds: { [text]: [[0, 3, 1, 12]] } };
  return JSON.stringify({
    ...goodRecord(),
    product: text,
    brokers: [{ fromS: 0, untilS: 100, end: text }],
    connections: [
      { name: text, fromS: 0, lanes, answers, longestWait: { ms: 12, atS: 4, kind: text } },
    ],
    warnings: [{ code: text, atS: 4, connection: 0 }],
  });
}

/** A record of so many connections. */
export function withConnections(number: number): string {
  const record = goodRecord();
  const connection = {
    name: 'c',
    fromS: 0,
    lanes: [{ token: 'id', tokens: [[1, 2_592]], episodes: [] }],
    answers: { bucketS: 60, kinds: {} },
  };
  return JSON.stringify({
    ...record,
    connections: Array.from({ length: number }, () => connection),
  });
}
