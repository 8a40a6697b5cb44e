import fc from 'fast-check';
import assert from 'node:assert/strict';
import * as noProxy from '../../../../src/delivery/variables/no-proxy.ts';
import type { NetworkSettings } from '../../../../src/ports.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';
import { windowsEnvironment } from '../../../support/windows-environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const proxy = { HTTPS_PROXY: 'http://proxy.example:3128' };

const noProxyChanges = (environment: Environment, network: NetworkSettings = {}) =>
  noProxy.noProxyChanges({ environment, network });
const noProxyVariables = (environment: Environment, network: NetworkSettings = {}) =>
  noProxy.noProxyVariables(new FakeAgent({ environment, network }));
const ofAgent = { proxy: { url: 'http://proxy.example:3128', bypass: [] } };

const listOf = (environment: Environment): string | undefined =>
  Object.values(noProxyChanges(environment))[0];

describe('the exceptions from the proxy', () => {
  for (const environment of [{}, { NO_PROXY: 'a' }, { HTTP_PROXY: '' }, { FTP_PROXY: 'x' }]) {
    it(`are left alone where there is none: ${JSON.stringify(environment)}`, () => {
      assert.deepEqual(noProxyVariables(environment), []);
    });
  }

  for (const name of [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
  ]) {
    it(`include the loopback addresses where ${name} is set`, () => {
      assert.deepEqual(noProxyVariables({ [name]: 'http://proxy' }), [
        { kind: 'plain', name: 'NO_PROXY', value: '127.0.0.1,localhost', exactCase: true },
      ]);
    });
  }

  const spellings: readonly (readonly [Environment, name: string, value: string])[] = [
    [{ NO_PROXY: 'a,b' }, 'NO_PROXY', 'a,b,127.0.0.1,localhost'],
    [{ no_proxy: 'a,b' }, 'no_proxy', 'a,b,127.0.0.1,localhost'],
    [{ NO_PROXY: '', no_proxy: 'a' }, 'no_proxy', 'a,127.0.0.1,localhost'],
    [{ NO_PROXY: 'a', no_proxy: '' }, 'NO_PROXY', 'a,127.0.0.1,localhost'],
    [{ NO_PROXY: ' a , ,localhost,' }, 'NO_PROXY', 'a,localhost,127.0.0.1'],
  ];
  for (const [environment, name, value] of spellings) {
    it(`are ${name}=${value} for ${JSON.stringify(environment)}`, () => {
      assert.deepEqual(noProxyChanges({ ...proxy, ...environment }), { [name]: value });
    });
  }

  it('are both extended where both are set, and reach scripts by different names', () => {
    const both = { ...proxy, NO_PROXY: 'a', no_proxy: 'b' };
    const lists = { NO_PROXY: 'a,127.0.0.1,localhost', no_proxy: 'b,127.0.0.1,localhost' };
    assert.deepEqual(noProxyChanges(both), lists);
    assert.deepEqual(noProxyVariables(both), [
      { kind: 'plain', name: 'NO.PROXY', value: lists.NO_PROXY },
      { kind: 'plain', name: 'no_proxy', value: lists.no_proxy, exactCase: true },
    ]);
    assert.deepEqual(noProxyChanges({ ...both, no_proxy: '*' }), { NO_PROXY: lists.NO_PROXY });
  });

  it('are set where only the agent has a proxy, for variables that a later step may set', () => {
    assert.deepEqual(noProxyVariables({}, ofAgent), [
      { kind: 'plain', name: 'NO_PROXY', value: '127.0.0.1,localhost', exactCase: true },
    ]);
  });

  for (const [environment, name] of [
    [{ Http_Proxy: 'http://proxy' }, 'NO_PROXY'],
    [{ HTTP_PROXY: 'http://proxy', NO_PROXY: 'a' }, 'NO_PROXY'],
    [{ HTTP_PROXY: 'http://proxy', No_Proxy: 'a' }, 'NO_PROXY'],
    [{ http_proxy: 'http://proxy', no_proxy: 'a' }, 'no_proxy'],
  ] as const) {
    it(`are called ${name} on Windows for ${JSON.stringify(environment)}`, () => {
      const [, entries] = Object.entries(environment)[1] ?? [];
      const value = [...(entries === undefined ? [] : [entries]), '127.0.0.1', 'localhost'];
      assert.deepEqual(noProxyChanges(windowsEnvironment(environment)), { [name]: value.join() });
    });
  }

  it('stay as they are where everything is one', () => {
    assert.deepEqual(noProxyVariables({ ...proxy, NO_PROXY: '*' }), []);
    assert.deepEqual(noProxyVariables({ ...proxy, no_proxy: ' * ' }), []);
  });

  it('are kept as they are where they are a secret, which a script maps; a warning says so', () => {
    const agent = new FakeAgent({
      environment: proxy,
      presentVariables: [{ name: 'no_proxy', isEmpty: false, source: 'secret' }],
    });
    assert.deepEqual(noProxy.noProxyVariables(agent), []);
    assert.match(agent.warned.join(), /NO_PROXY is a secret variable of this job/);
  });

  it('keep every entry, and do not grow when they are extended again', () => {
    const entries = fc.array(fc.oneof(fc.domain(), fc.ipV4(), fc.constant('localhost')));
    fc.assert(
      fc.property(entries, fc.constantFrom('NO_PROXY', 'no_proxy'), (given, name) => {
        const once = listOf({ ...proxy, [name]: given.join(',') });
        assert.ok(once !== undefined);
        for (const entry of given) assert.ok(once.split(',').includes(entry));
        assert.equal(listOf({ ...proxy, [name]: once }), once);
      }),
    );
  });
});

describe('a proxy that only the agent has', () => {
  const rows = [
    { where: 'and no variable names one', environment: {}, network: ofAgent, isTold: true },
    { where: 'but variables name one too', environment: proxy, network: ofAgent, isTold: false },
    { where: 'unless it has none', environment: {}, network: {}, isTold: false },
  ];
  for (const { where, environment, network, isTold } of rows) {
    it(`is ${isTold ? '' : 'not '}told of, ${where}`, () => {
      const agent = new FakeAgent({ environment, network });
      noProxy.tellOfAgentProxy(agent, agent);
      assert.equal(agent.log.includes('later steps do not know it'), isTold);
    });
  }
});
