import { deepEqual, equal, rejects } from 'node:assert/strict';
import {
  accessTokenFileVariables,
  accessTokenFilesOf,
  accessTokenVariables,
} from '../../../src/session/access-tokens.ts';
import { aFailure, anAccessToken, aServiceConnection, ids } from '../../support/builders.ts';

const requested = [
  { name: 'VAULT', scope: 'https://vault.azure.net/.default' },
  { name: 'GRAPH', scope: 'https://graph.microsoft.com/.default' },
];
const directory = `/temp/workload-identity/${ids.connection}`;
const files = accessTokenFilesOf(requested, aServiceConnection(), '/temp');

describe('requested access tokens', () => {
  it('have a file each in the directory of their connection', () => {
    deepEqual(files, [
      { ...requested[0], kind: 'file', path: `${directory}/VAULT` },
      { ...requested[1], kind: 'file', path: `${directory}/GRAPH` },
    ]);
  });

  it('become a secret and the time of expiry', async () => {
    const asked: string[] = [];
    const variables = await accessTokenVariables(requested, {
      accessToken: (scope) => {
        asked.push(scope);
        return Promise.resolve(anAccessToken({ scope }));
      },
    });
    deepEqual(
      asked,
      requested.map(({ scope }) => scope),
    );
    deepEqual(
      variables.map(({ name }) => name),
      ['VAULT', 'VAULT_EXPIRES_ON', 'GRAPH', 'GRAPH_EXPIRES_ON'],
    );
    equal(JSON.stringify(variables).includes('the-access-token'), false);
  });

  it('are all or nothing', async () => {
    const failure = aFailure();
    const session = { accessToken: () => Promise.reject(failure) };
    await rejects(accessTokenVariables(requested, session), failure);
  });

  it('have the paths of their files in variables', () => {
    deepEqual(accessTokenFileVariables(files), [
      { kind: 'plain', name: 'VAULT_FILE', value: `${directory}/VAULT` },
      { kind: 'plain', name: 'GRAPH_FILE', value: `${directory}/GRAPH` },
    ]);
  });
});
