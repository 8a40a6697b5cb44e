import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  bearerOf,
  errorAnswer,
  foreignRequest,
  json,
  onlyHeader,
  opens,
  splitTarget,
  type LoopbackRequest,
} from '../../../../src/delivery/loopback/loopback-request.ts';
import { Secret } from '../../../../src/secret.ts';

const request = (...headers: LoopbackRequest['headers']): LoopbackRequest => ({
  method: 'GET',
  target: '/',
  headers,
  body: '',
});

describe('a capability', () => {
  it('is opened by its own text and by no other', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (text, other) => {
        assert.equal(opens(new Secret(text), text), true);
        assert.equal(opens(new Secret(text), other), text === other);
        assert.equal(opens(new Secret(text), `${text} `), false);
        assert.equal(opens(new Secret(text), text.slice(1)), false);
      }),
    );
  });

  it('is not opened by nothing, even when it is empty', () => {
    assert.equal(opens(new Secret('x'), undefined), false);
    assert.equal(opens(new Secret(''), undefined), false);
    assert.equal(opens(new Secret(''), ''), false);
  });
});

describe('a bearer', () => {
  const bearers: readonly (readonly [value: string, token: string | undefined])[] = [
    ['Bearer token', 'token'],
    ['bearer token', 'token'],
    ['BEARER   token', 'token'],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearertoken', undefined],
    ['Bearer to ken', undefined],
    ['Basic token', undefined],
    ['x Bearer token', undefined],
  ];
  for (const [value, token] of bearers) {
    it(`is ${token ?? 'absent'} in "${value}"`, () => {
      assert.equal(bearerOf(request(['authorization', value])), token);
    });
  }
});

describe('a header', () => {
  it('counts only where it stands once', () => {
    assert.equal(onlyHeader(request(['a', '1'], ['b', '2']), 'b'), '2');
    assert.equal(onlyHeader(request(['a', '1']), 'b'), undefined);
    assert.equal(onlyHeader(request(['a', '1'], ['a', '1']), 'a'), undefined);
  });
});

describe('a request', () => {
  const address = '127.0.0.1:50505';

  it('is of this job when it names the address of the listener', () => {
    assert.equal(foreignRequest(request(['host', address]), address), undefined);
  });

  it('is of this job when it has what Node sends with fetch', () => {
    const headers = [
      ['host', address],
      ['sec-fetch-mode', 'cors'],
    ] as const;
    assert.equal(foreignRequest(request(...headers), address), undefined);
  });

  const foreign: readonly (readonly [what: string, headers: LoopbackRequest['headers']])[] = [
    ['no host', []],
    [
      'two hosts',
      [
        ['host', address],
        ['host', address],
      ],
    ],
    ['another name of the host', [['host', 'localhost:50505']]],
    ['a rebound name', [['host', 'evil.example:50505']]],
    ['another port', [['host', '127.0.0.1:80']]],
    ['no port', [['host', '127.0.0.1']]],
    [
      'an origin',
      [
        ['host', address],
        ['origin', 'null'],
      ],
    ],
    [
      'an empty origin',
      [
        ['host', address],
        ['origin', ''],
      ],
    ],
    [
      'a proxy',
      [
        ['host', address],
        ['x-forwarded-for', '10.0.0.1'],
      ],
    ],
    ...[
      ['sec-fetch-site', 'none'],
      ['sec-fetch-site', 'cross-site'],
      ['via', '1.1 proxy.example'],
      ['forwarded', 'for=10.0.0.1'],
      ['x-forwarded-host', 'evil.example'],
      ['x-forwarded-proto', 'https'],
      ['x-real-ip', '10.0.0.1'],
      ['x-client-ip', '10.0.0.1'],
      ['true-client-ip', '10.0.0.1'],
      ['x-forwarded', 'for=10.0.0.1'],
      ['x-original-host', 'evil.example'],
      ['proxy-connection', 'keep-alive'],
      ['referer', 'https://evil.example/'],
      ['cookie', 'a=b'],
      ['sec-purpose', 'prefetch'],
    ].map(
      ([name = '', value = '']) =>
        [
          `${name}: ${value}`,
          [
            ['host', address],
            [name, value],
          ],
        ] as const,
    ),
  ];
  for (const [what, headers] of foreign) {
    it(`is foreign with ${what}`, () => {
      assert.equal(foreignRequest(request(...headers), address)?.status, 403);
    });
  }
});

describe('a target', () => {
  const targets = [
    ['/a', '/a', []],
    ['/a?', '/a', []],
    [
      '/a?b=c%2Fd&e',
      '/a',
      [
        ['b', 'c/d'],
        ['e', ''],
      ],
    ],
    ['/a?b?c=d', '/a', [['b?c', 'd']]],
    ['/a/../b//c%2e', '/a/../b//c%2e', []],
    ['', '', []],
  ] as const;
  for (const [target, path, query] of targets) {
    it(`is split without being normalised: "${target}"`, () => {
      const split = splitTarget(target);
      assert.equal(split.path, path);
      assert.deepEqual([...split.query], query);
    });
  }

  it('loses nothing before its query', () => {
    fc.assert(
      fc.property(fc.string(), (target) => {
        assert.equal(splitTarget(target).path, target.split('?')[0]);
      }),
    );
  });
});

describe('an answer', () => {
  it('has headers only where it needs them', () => {
    assert.deepEqual(json(200, { a: 1 }), { status: 200, body: '{"a":1}' });
    assert.deepEqual(json(200, [], { allow: 'GET' }).headers, { allow: 'GET' });
  });

  it("tells an error in Entra's shape and in Azure's", () => {
    assert.deepEqual(JSON.parse(errorAnswer(400, 'code', 'text').body), {
      error: 'code',
      error_description: 'text',
      statusCode: 400,
      message: 'text',
    });
  });
});
