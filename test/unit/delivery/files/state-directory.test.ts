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
        ok(isInOurDirectory(azureCliProfile(file, { name: 'AzureCloud' }, { mayShare: true })));
      }
    });
  }

  for (const name of ['AzureCloud', 'AzureChinaCloud']) {
    it(`holds one profile of Azure CLI for all connections in ${name}`, () => {
      for (const connection of ['a', 'b']) {
        const file = stateDirectoryIn('/t').tokenFile(connection);
        const shared = azureCliProfile(file, { name }, { mayShare: true });
        equal(shared, `/t/workload-identity/azure-${name}`);
      }
    });
  }

  for (const { whose, folder, name, mayShare } of [
    { whose: 'an Azure Stack', folder: 'workload-identity/a', name: 'AzureStack', mayShare: true },
    {
      whose: 'a step without the broker',
      folder: 'workload-identity-once-x',
      name: 'AzureCloud',
      mayShare: true,
    },
    {
      whose: 'a sign-in that az itself does',
      folder: 'workload-identity/a',
      name: 'AzureCloud',
      mayShare: false,
    },
  ]) {
    it(`keeps the profile of ${whose} beside its token file`, () => {
      const profile = azureCliProfile(`/t/${folder}/id-token`, { name }, { mayShare });
      equal(profile, `/t/${folder}/azure-${name}`);
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
