import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  azureCliProfile,
  isInOurDirectory,
  onceDirectoryIn,
  stateDirectoryIn,
} from '../../../../src/delivery/files/state-directory.ts';
import { Secret } from '../../../../src/secret.ts';

describe('the state directory', () => {
  const cases = [
    ['/home/agent/_work/_temp', '/'],
    ['C:\\agent\\_work\\_temp', '\\'],
    ['\\\\server\\share\\_temp', '\\'],
  ] as const;
  for (const [temp, slash] of cases) {
    it(`lies below ${temp}, with the separators of that path`, () => {
      const directory = stateDirectoryIn(temp);
      const root = `${temp}${slash}workload-identity`;
      deepEqual(
        [
          directory.root,
          directory.stateFile,
          directory.connectionDirectory('id'),
          directory.tokenFile('id'),
          directory.accessTokenFile('id', 'NAME'),
        ],
        [
          root,
          `${root}${slash}broker.json`,
          `${root}${slash}id`,
          `${root}${slash}id${slash}id-token`,
          `${root}${slash}id${slash}NAME`,
        ],
      );
    });
  }

  for (const [temp, name] of [
    ['/__w/_temp', 'workload-identity-container'],
    ['C:\\__w\\_temp', 'workload-identity-container'],
    ['/__work/_temp', 'workload-identity'],
    ['/home/__w/_temp', 'workload-identity'],
  ] as const) {
    it(`is named ${name} below ${temp}: another loopback has another broker`, () => {
      ok(stateDirectoryIn(temp).root.endsWith(`_temp${temp.startsWith('C') ? '\\' : '/'}${name}`));
    });
  }

  it('of one step is its own, and outside the one that all share', () => {
    const { directory, tokenFile } = onceDirectoryIn('/temp', new Secret('abcdefghijklmnop'));
    equal(directory, '/temp/workload-identity-once-abcdefghijkl');
    equal(tokenFile, `${directory}/id-token`);
  });

  for (const temp of ['/a/_temp', '/__w/_temp', 'C:\\a\\_temp', 'C:\\__w\\_temp']) {
    it(`is known by what lies in it, below ${temp} too`, () => {
      const shared = stateDirectoryIn(temp).tokenFile('id');
      const own = onceDirectoryIn(temp, new Secret('-_cdefghijkl')).tokenFile;
      for (const file of [shared, own]) {
        ok(isInOurDirectory(file));
        ok(isInOurDirectory(azureCliProfile(file, { name: 'AzureCloud' })));
      }
    });
  }

  for (const [what, tokenFile, cloud, profile] of [
    [
      'one',
      stateDirectoryIn('/t').tokenFile('a'),
      'AzureCloud',
      '/t/workload-identity/azure-AzureCloud',
    ],
    [
      'the same',
      stateDirectoryIn('/t').tokenFile('b'),
      'AzureCloud',
      '/t/workload-identity/azure-AzureCloud',
    ],
    [
      'another',
      stateDirectoryIn('/t').tokenFile('b'),
      'AzureChinaCloud',
      '/t/workload-identity/azure-AzureChinaCloud',
    ],
    [
      'one alone',
      stateDirectoryIn('/t').tokenFile('b'),
      'AzureStack',
      '/t/workload-identity/b/azure-AzureStack',
    ],
    [
      'its own',
      '/t/workload-identity-once-x/id-token',
      'AzureCloud',
      '/t/workload-identity-once-x/azure-AzureCloud',
    ],
  ] as const) {
    it(`gives ${tokenFile} and ${cloud} ${what} profile of Azure CLI`, () => {
      equal(azureCliProfile(tokenFile, { name: cloud }), profile);
    });
  }

  for (const file of [
    '',
    'workload-identity/x',
    '/a/workload-identity',
    '/a/workload-identity-2/x',
  ]) {
    it(`does not hold "${file}"`, () => {
      equal(isInOurDirectory(file), false);
    });
  }
});
