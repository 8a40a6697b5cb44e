import assert from 'node:assert/strict';
import { cloudNamed } from '../../../../src/service-connection/cloud.ts';
import { comparedVersions, planSignIn } from '../../../../src/tools/azure-cli/plan.ts';
import { oldestAndNewest } from '../../../side-by-side/versions.ts';
import { aServiceConnection } from '../../../support/builders.ts';
import { azureCliPackage, InstalledTree, pipScript } from '../../../support/installed-tree.ts';

const program = '/venv/bin/az';

function machine(version: string): InstalledTree {
  const files = new InstalledTree()
    .add(program, pipScript('/venv/bin/python3'))
    .add('/venv/pyvenv.cfg');
  azureCliPackage(files, '/venv/lib/python3.12/site-packages', version);
  return files;
}

const plan = (
  version: string,
  connection = aServiceConnection(),
  environment = {},
): ReturnType<typeof planSignIn> =>
  planSignIn(program, connection, {
    folders: machine(version),
    environment,
  });

describe('How Azure CLI is signed in', () => {
  it('is decided by the versions that are compared side by side', () => {
    const ends = [comparedVersions.oldest, comparedVersions.newest].map((each) => each.join('.'));
    assert.deepEqual(
      oldestAndNewest.map((version) => version.replace(/\.\d+$/, '')),
      ends,
    );
  });

  for (const { version, kind } of [
    { version: '2.44.1', kind: 'started' },
    { version: '2.45.0', kind: 'written' },
    { version: '2.59.0', kind: 'written' },
    { version: '2.91.1', kind: 'written' },
    { version: '2.97.0', kind: 'written' },
    { version: '2.98.0', kind: 'started' },
    { version: '3.0.0', kind: 'started' },
    { version: '1.91.0', kind: 'started' },
  ]) {
    it(`is ${kind} with version ${version}`, async () => {
      assert.equal((await plan(version)).kind, kind);
    });
  }

  it('is by itself on an Azure Stack, which it has to register', async () => {
    const connection = aServiceConnection({ cloud: cloudNamed('AzureStack', 'name') });
    assert.equal((await plan('2.91.0', connection)).kind, 'started');
  });

  for (const [value, kind] of [
    ['true', 'started'],
    ['1', 'started'],
    ['false', 'written'],
  ] as const) {
    it(`is ${kind} where the job has AZURE_CORE_ENCRYPT_TOKEN_CACHE=${value}`, async () => {
      const environment = { AZURE_CORE_ENCRYPT_TOKEN_CACHE: value };
      assert.equal((await plan('2.91.0', undefined, environment)).kind, kind);
    });
  }
});
