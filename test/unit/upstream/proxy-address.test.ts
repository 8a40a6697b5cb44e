import assert from 'node:assert/strict';
import { Secret } from '../../../src/secret.ts';
import { addressOfProxy, readProxyAddress } from '../../../src/upstream/proxy-address.ts';

const proxy = { host: 'http://proxy.example', port: 3128 };

describe('the address of a proxy', () => {
  for (const [title, text, expected] of [
    ['with a scheme', 'http://proxy.example:3128', proxy],
    ['with capitals and a path', 'HTTP://Proxy.Example:3128/', proxy],
    ['without a scheme', 'proxy.example:3128', proxy],
    ['of digits without a scheme', '10.0.0.1:3128', { host: 'http://10.0.0.1', port: 3128 }],
    ['of IPv6', '[::1]:3128', { host: 'http://[::1]', port: 3128 }],
    ['without a port', 'proxy.example', { ...proxy, port: 80 }],
    [
      'of TLS without a port',
      'https://proxy.example',
      { host: 'https://proxy.example', port: 443 },
    ],
    ['with a user', 'http://me@proxy.example:3128', { ...proxy, username: 'me' }],
  ] as const) {
    it(`is read ${title}`, () => {
      assert.deepEqual(readProxyAddress(text), expected);
    });
  }

  for (const [title, text, expected] of [
    ['what is encoded', 'me:p%40%3a%2F%c3%a9@', 'p@:/\u00e9'],
    ['a percent sign that stands for itself', 'me:100%sure@', '100%sure'],
    ['what is no text when decoded', 'me:%ff%41@', '%ff%41'],
    ['a blank in a user of its own', 'me:a%20b@', 'a b'],
    ['without a scheme', 'me:%41@', 'A'],
  ] as const) {
    it(`gives the password as the proxy wants it: ${title}`, () => {
      const scheme = title === 'without a scheme' ? '' : 'http://';
      const read = readProxyAddress(`${scheme}${text}proxy.example:3128`);
      assert.equal(read?.username, 'me');
      assert.equal(read.password?.reveal(), expected);
    });
  }

  const userInIt = 'http://me:in%20it@proxy.example:3128';
  const beside = { username: 'you', password: new Secret('beside') };
  for (const { has, given, user } of [
    { has: 'the user in it', given: { url: userInIt }, user: ['me', 'in it'] },
    {
      has: 'the user beside it',
      given: { url: 'proxy.example:3128', ...beside },
      user: ['you', 'beside'],
    },
    {
      has: 'the user beside it rather',
      given: { url: userInIt, ...beside },
      user: ['you', 'beside'],
    },
    { has: 'no user', given: { url: 'proxy.example:3128' }, user: [undefined, undefined] },
  ]) {
    it(`has ${has}`, () => {
      const { username, password, ...place } = addressOfProxy(given) ?? {};
      assert.deepEqual([username, password?.reveal()], user);
      assert.deepEqual(place, proxy);
    });
  }

  for (const text of [
    'socks5://proxy.example:1080',
    'http://',
    'http://a b:1',
    'http://me:a/b@x:y',
    '',
  ]) {
    it(`is refused where it is none of HTTP: "${text}"`, () => {
      assert.equal(readProxyAddress(text), undefined);
    });
  }
});
