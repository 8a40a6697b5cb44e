import assert from 'node:assert/strict';
import { ConnectionTokens } from '../../../src/refresh/connection-tokens.ts';
import type { KeptConnection, TokenPlace } from '../../../src/wire/messages.ts';
import { aJob, aServiceConnection, anIdTokenAnswer, ids, minutes } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeEntra, FakeFiles, FakeHttp } from '../../support/fakes.ts';

const profile = '/t/connection/azure';
const place: TokenPlace = { kind: 'azure-cli', profile };
const entries = `${profile}/service_principal_entries.json`;

interface Setting {
  readonly clock: FakeClock;
  readonly files: FakeFiles;
  readonly session: ConnectionTokens;
  readonly stored: () => string | undefined;
}

async function setting(places: readonly TokenPlace[] = []): Promise<Setting> {
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
    idTokenCapability: 'a',
    managedIdentityCapability: 'b',
    places,
  };
  const http = new FakeHttp((_, index) =>
    anIdTokenAnswer({ issuedOn: clock.now(), jti: String(index) }),
  );
  const world = { clock, files, http, entra: new FakeEntra(clock), chance: new FakeChance() };
  return {
    clock,
    files,
    session: new ConnectionTokens(kept, '/t/connection/id-token', aJob(), world),
    stored: () => /"client_assertion":\s*"([^"]*)"/.exec(files.contents.get(entries) ?? '')?.[1],
  };
}

describe("Azure CLI's profile with a kept connection", () => {
  it('gets every ID token from its order on', async () => {
    const { clock, files, session, stored } = await setting();
    await session.firstIdToken(0);
    assert.equal(stored(), 'old');
    session.keep(place);
    await clock.advance(minutes(3));
    await session.tend();
    assert.notEqual(stored(), 'old');
    assert.equal(stored(), files.contents.get('/t/connection/id-token'));
  });

  it('is known to a successor, which keeps it too', async () => {
    const { session } = await setting();
    await session.firstIdToken(0);
    session.keep(place);
    assert.deepEqual(session.connection.places, [place]);
    const { session: successor, files, stored } = await setting([place]);
    await successor.firstIdToken(0);
    assert.equal(stored(), files.contents.get('/t/connection/id-token'));
  });

  it('keeps nobody waiting where its file cannot be read', async () => {
    const { files, session } = await setting([place]);
    await files.replace(entries, '[{');
    await session.firstIdToken(0);
    assert.ok(files.contents.has('/t/connection/id-token'));
    assert.equal(files.contents.get(entries), '[{');
  });
});
