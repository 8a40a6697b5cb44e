import { deepEqual, equal, rejects } from 'node:assert/strict';
import {
  accessTokenFileVariables,
  accessTokenFilesOf,
  accessTokenVariables,
} from '../../../src/broker/access-tokens.ts';
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
      { scope: requested[0]?.scope, path: `${directory}/VAULT` },
      { scope: requested[1]?.scope, path: `${directory}/GRAPH` },
    ]);
  });

  it('become a secret, the time of expiry, and the path of the file', async () => {
    const asked: string[] = [];
    const variables = await accessTokenVariables(requested, files, {
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
      ['VAULT', 'VAULT_EXPIRES_ON', 'GRAPH', 'GRAPH_EXPIRES_ON', 'VAULT_FILE', 'GRAPH_FILE'],
    );
    equal(JSON.stringify(variables).includes('the-access-token'), false);
  });

  it('are all or nothing', async () => {
    const failure = aFailure();
    const session = { accessToken: () => Promise.reject(failure) };
    await rejects(accessTokenVariables(requested, [], session), failure);
  });

  it('can be files alone', () => {
    deepEqual(
      accessTokenFileVariables(requested, files).map(({ name }) => name),
      ['VAULT_FILE', 'GRAPH_FILE'],
    );
  });
});
