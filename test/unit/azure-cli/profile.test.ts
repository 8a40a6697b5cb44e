import assert from 'node:assert/strict';
import { refreshAzureCliProfile } from '../../../src/azure-cli/profile.ts';
import { Secret } from '../../../src/secret.ts';
import { ids } from '../../support/builders.ts';
import { FakeClock, FakeFiles, ImpatientClock } from '../../support/fakes.ts';

const profile = '/t/azure';
const entries = `${profile}/service_principal_entries.json`;
const lock = `${entries}.lockfile`;
const owner = { clientId: ids.client, tenantId: ids.tenant };
const stored = JSON.stringify([
  { client_id: ids.client, tenant: ids.tenant, client_assertion: 'old' },
]);

async function filesWith(content?: string): Promise<FakeFiles> {
  const files = new FakeFiles();
  await files.makePrivateDirectory(profile);
  if (content !== undefined) await files.replace(entries, content);
  return files;
}

const refresh = (files: FakeFiles, clock: FakeClock = new ImpatientClock()): Promise<void> =>
  refreshAzureCliProfile(profile, owner, new Secret('new'), { files, clock });

describe("The refresh of Azure CLI's profile", () => {
  it('puts the new assertion in place, and leaves no lock', async () => {
    const files = await filesWith(stored);
    await refresh(files);
    assert.match(files.contents.get(entries) ?? '', /"client_assertion": "new"/);
    assert.equal(files.contents.has(lock), false);
  });

  it('does nothing where az has stored nothing', async () => {
    const files = await filesWith();
    await refresh(files);
    assert.deepEqual(files.all, [profile]);
  });

  it('does not write where nobody of this connection is signed in', async () => {
    const files = await filesWith('[]');
    await refresh(files);
    assert.equal(files.contents.get(entries), '[]');
  });

  it('waits while az holds the lock', async () => {
    const files = await filesWith(stored);
    const clock = new FakeClock();
    await files.replace(lock, '4711 az');
    const refreshed = refresh(files, clock);
    await clock.advance(1_000);
    assert.equal(files.contents.get(entries), stored);
    await files.remove(lock);
    await clock.advance(200);
    await refreshed;
    assert.match(files.contents.get(entries) ?? '', /"new"/);
  });

  it('does not wait for ever for a lock that a killed process left', async () => {
    const files = await filesWith(stored);
    await files.replace(lock, '4711 az');
    await refresh(files);
    assert.match(files.contents.get(entries) ?? '', /"new"/);
    assert.equal(files.contents.has(lock), false);
  });

  it('succeeds on Windows, where the lock of an az that runs cannot be removed', async () => {
    const files = await filesWith(stored);
    await files.replace(lock, '4711 az');
    files.remove = () => Promise.reject(Object.assign(new Error('held'), { code: 'EBUSY' }));
    await refresh(files);
    assert.match(files.contents.get(entries) ?? '', /"new"/);
    assert.equal(files.contents.get(lock), '4711 az');
  });

  it('is tried again later where the file cannot be read', async () => {
    const files = await filesWith('[{');
    await assert.rejects(refresh(files), { code: 'AZURE_CLI_FAILED', kind: 'transient' });
    assert.equal(files.contents.get(entries), '[{');
    assert.equal(files.contents.has(lock), false);
  });
});
