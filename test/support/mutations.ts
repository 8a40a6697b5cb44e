import fc from 'fast-check';
import assert from 'node:assert/strict';
import { errorCodes, FederationError, type FailureKind } from '../../src/errors.ts';
import type { HttpAnswer } from '../../src/ports.ts';
import { assertSafeForLogs } from './failures.ts';

/** So many spoiled answers are read by each property. */
export const thousands = { numRuns: 2_000 } as const;

/** What is done to a text; where, is told as a fraction of its length. */
const edit = fc.record({
  kind: fc.constantFrom('end', 'begin', 'cut', 'flip', 'insert', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(60),
  letters: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('"', '\\', '\0', '\r\n', '.', '{', '}', ',', '[', '<html>', '##vso[x]', '='),
  ),
});

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(text: string, { kind, at, length, letters }: Edit): string {
  const begin = Math.floor(at * text.length);
  const before = text.slice(0, begin);
  const after = text.slice(begin);
  switch (kind) {
    case 'end':
      return before;
    case 'begin':
      return after;
    case 'cut':
      return before + after.slice(length);
    case 'flip':
      return `${before}${String.fromCharCode((after.charCodeAt(0) || 0) ^ (1 << (length % 8)))}${after.slice(1)}`;
    case 'insert':
      return before + letters + after;
    case 'repeat':
      return before + after.slice(0, length) + after;
  }
}

/** A text that was cut, or some letters of which were changed, added or said twice. */
export function spoiledText(text: string): fc.Arbitrary<string> {
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce((left, each) => edited(left, each), text));
}

/** Values that a member may have in place of its own. */
const others = fc.oneof(
  fc.jsonValue(),
  fc.string(),
  fc.double(),
  fc.constantFrom(null, true, 0, -1, 1e300, '', [], {}, [[]], 'x'.repeat(100_000)),
);

const memberEdit = fc.record({
  kind: fc.constantFrom('remove', 'retype', 'repeat', 'rename', 'nest'),
  index: fc.nat(),
  other: others,
});

type Members = readonly (readonly [name: string, value: unknown])[];

/** The text of a JSON object, members of which are gone, are there twice, or are something else. */
export function spoiledObject(value: object): fc.Arbitrary<string> {
  return fc.array(memberEdit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let members: Members = Object.entries(value);
    for (const { kind, index, other } of edits) {
      const at = index % Math.max(1, members.length);
      members = members.flatMap(([name, own], place): Members => {
        if (place !== at) return [[name, own]];
        switch (kind) {
          case 'remove':
            return [];
          case 'retype':
            return [[name, other]];
          case 'repeat':
            return [
              [name, own],
              [name, other],
            ];
          case 'rename':
            return [[`${name}_`, own]];
          case 'nest':
            return [[name, { [name]: own }]];
        }
      });
    }
    const texts = members.map(([name, own]) => `${JSON.stringify(name)}:${JSON.stringify(own)}`);
    return `{${texts.join(',')}}`;
  });
}

/** A JSON Web Token with spoiled claims, or spoiled itself. */
export function spoiledJwt(jwt: string): fc.Arbitrary<string> {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const text = Buffer.from(payload, 'base64url').toString('utf8');
  const claims = JSON.parse(text) as object;
  return fc.oneof(
    spoiledText(jwt),
    fc
      .oneof(spoiledObject(claims), spoiledText(text))
      .map((spoiled) => [header, Buffer.from(spoiled).toString('base64url'), signature].join('.')),
  );
}

const spoiledHeaders = fc.dictionary(
  fc.constantFrom('content-type', 'retry-after', 'x-ratelimit-delay', 'x-vss-e2eid', 'date'),
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('text/html', 'application/json', '5', '-5', 'Sun, 31 Dec 9999 23:59:59 GMT'),
  ),
  { noNullPrototype: true },
);

/** Any status, and as often one that means something of its own to somebody. */
const statuses = fc.oneof(
  fc.integer({ min: 100, max: 599 }),
  fc.constantFrom(203, 302, 400, 401, 403, 404, 407, 408, 429, 500, 503),
);

/** A good answer with such a body, and now and then with another status and other headers. */
export function spoiledAnswer(
  good: HttpAnswer,
  body: fc.Arbitrary<string>,
): fc.Arbitrary<HttpAnswer> {
  const often = <T>(own: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: other });
  return fc.record({
    status: often(good.status, statuses),
    headers: often<HttpAnswer['headers']>(good.headers, spoiledHeaders),
    body,
  });
}

/** Shorter pieces than this may be alike by chance, or are words. */
const pieceLength = 12;

/** Fails for a text in which a piece of something secret stands. */
export function assertNoPieceOf(secret: string, text: string): void {
  for (let at = 0; at + pieceLength <= text.length; at += 1) {
    const piece = text.slice(at, at + pieceLength);
    assert.ok(!secret.includes(piece), `"${piece}" of it stands in: ${text}`);
  }
}

const kinds: ReadonlySet<string> = new Set<FailureKind>([
  'transient',
  'settling',
  'unknown',
  'misconfigured',
  'definite',
]);

/** Fails for whatever is no failure with a known code, account and remedy, or repeats a secret. */
export function assertClassified(
  error: unknown,
  ...secrets: readonly string[]
): asserts error is FederationError {
  assert.ok(error instanceof FederationError, String(error));
  const { code, message, remedy, kind, cure } = error;
  assert.ok(/^AADSTS\d+$/.test(code) || errorCodes.some((known) => known === code), code);
  assert.notEqual(code, 'UNEXPECTED');
  assert.ok(kinds.has(kind), kind);
  assert.ok(message !== '' && remedy !== '');
  assertSafeForLogs(`${message} ${remedy}`);
  for (const secret of secrets) {
    assertNoPieceOf(
      secret,
      [message, remedy, JSON.stringify(cure), error.stack?.split('\n    at ')[0]].join(' '),
    );
  }
}
