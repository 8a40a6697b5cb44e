import fc from 'fast-check';
import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import { bearer, Secret } from '../../src/secret.ts';

const renderings: readonly (readonly [how: string, render: (secret: Secret) => string])[] = [
  ['String()', (secret) => String(secret)],
  ['a template', (secret) => `<${secret as unknown as string}>`],
  ['concatenation', (secret) => ''.concat(secret as unknown as string)],
  ['join', (secret) => [secret, secret].join()],
  ['JSON', (secret) => JSON.stringify({ secret, list: [secret] })],
  ['inspect', (secret) => inspect({ secret }, { depth: null, showHidden: true, getters: true })],
  ['inspect of itself', (secret) => inspect(secret, { customInspect: false, showHidden: true })],
  ['console formats', (secret) => format('%s %o %O %j', secret, secret, secret, secret)],
  [
    'an error',
    (secret) => inspect(new Error('x', { cause: secret }), { compact: true }).split('\n')[0] ?? '',
  ],
  ['own keys', (secret) => JSON.stringify(Reflect.ownKeys(secret))],
  ['a spread', (secret) => JSON.stringify(Object.assign({}, secret))],
  ['a copy', (secret) => inspect(structuredClone({ secret }))],
];

describe('a secret', () => {
  for (const [how, render] of renderings) {
    it(`shows the same by ${how}, whatever it holds`, () => {
      fc.assert(
        fc.property(fc.string(), (text) => {
          assert.equal(render(new Secret(text)), render(new Secret('something else')));
        }),
      );
    });
  }

  it('shows three asterisks in a text', () => {
    assert.equal(String(new Secret('text')), '***');
  });

  it('gives its text to whoever asks for it by name', () => {
    fc.assert(fc.property(fc.string(), (text) => new Secret(text).reveal() === text));
  });
});

describe('a bearer', () => {
  it('is the header value of its token, and a secret itself', () => {
    const header = bearer(new Secret('token'));
    assert.equal(header.reveal(), 'Bearer token');
    assert.equal(String(header), '***');
  });
});
