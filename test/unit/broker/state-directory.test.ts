import { deepEqual, equal, ok } from 'node:assert/strict';
import { onceDirectoryIn, stateDirectoryIn } from '../../../src/broker/state-directory.ts';
import { Secret } from '../../../src/secret.ts';

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
});
