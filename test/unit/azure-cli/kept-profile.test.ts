import assert from 'node:assert/strict';
import { ConnectionTokens } from '../../../src/refresh/connection-tokens.ts';
import type { KeptConnection } from '../../../src/wire/messages.ts';
import { aJob, aServiceConnection, anIdTokenAnswer, ids, minutes } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeEntra, FakeFiles, FakeHttp } from '../../support/fakes.ts';

const profile = '/t/connection/azure';
const entries = `${profile}/service_principal_entries.json`;

interface Setting {
  readonly clock: FakeClock;
  readonly files: FakeFiles;
  readonly session: ConnectionTokens;
  readonly stored: () => string | undefined;
}

async function setting(azureCliProfile?: string): Promise<Setting> {
  const clock = new FakeClock();
  const files = new FakeFiles();
  await files.makePrivateDirectory('/t/connection');
  await files.makePrivateDirectory(profile);
  const entry = { client_id: ids.client, tenant: ids.tenant, client_assertion: 'old' };
  await files.replace(entries, JSON.stringify([entry]));
  const connection = aServiceConnection();
  const kept: KeptConnection = {
    ...connection,
    authorityHost: connection.authorityHost.href,
    accessTokenFiles: [],
    idTokenCapability: 'a',
    managedIdentityCapability: 'b',
    azureCliProfile,
  };
  const http = new FakeHttp((_, index) =>
    anIdTokenAnswer({ issuedOn: clock.now(), jti: String(index) }),
  );
  const world = { clock, files, http, entra: new FakeEntra(clock), chance: new FakeChance() };
  return {
    clock,
    files,
    session: new ConnectionTokens(kept, '/t/connection/id-token', aJob(), world),
    stored: () => /"client_assertion": "(.*)"/.exec(files.contents.get(entries) ?? '')?.[1],
  };
}

describe("Azure CLI's profile with a kept connection", () => {
  it('gets the ID token of the moment at once, and every one after it', async () => {
    const { clock, files, session, stored } = await setting();
    await session.firstIdToken(0);
    assert.equal(stored(), undefined);
    await session.keepAzureCliProfile(profile);
    const first = stored();
    assert.equal(first, files.contents.get('/t/connection/id-token'));
    await clock.advance(minutes(3));
    await session.tend();
    assert.notEqual(stored(), first);
    assert.equal(stored(), files.contents.get('/t/connection/id-token'));
  });

  it('is known to a successor, which keeps it too', async () => {
    const { session } = await setting();
    await session.firstIdToken(0);
    await session.keepAzureCliProfile(profile);
    assert.equal(session.connection.azureCliProfile, profile);
    const { session: successor, files, stored } = await setting(profile);
    await successor.firstIdToken(0);
    assert.equal(stored(), files.contents.get('/t/connection/id-token'));
  });

  it('keeps nobody waiting where its file cannot be read', async () => {
    const { files, session } = await setting(profile);
    await files.replace(entries, '[{');
    await session.firstIdToken(0);
    assert.ok(files.contents.has('/t/connection/id-token'));
    assert.equal(files.contents.get(entries), '[{');
  });
});
