import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessToken } from '../../src/access-token/access-token.ts';
import { KeeperStatistics } from '../../src/azure-cli/keeper-statistics.ts';
import type { KeeperWorld, KeptIdentity } from '../../src/azure-cli/kept-identity.ts';
import { profileFiles, type ProfileFiles } from '../../src/azure-cli/profile-files.ts';
import { ProfileKeeper } from '../../src/azure-cli/profile-keeper.ts';
import { sharedFolders } from '../../src/external/files/shared-folders.ts';
import { readIdToken, type IdToken } from '../../src/id-token/id-token.ts';
import type { SharedFolders } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import { aJwt, anIdTokenText, ids, later, minutes, noon, type IdTokenChoices } from './builders.ts';
import { ImpatientClock, type FakeClock } from './fakes.ts';

export const armScope = 'https://management.core.windows.net//.default';
export const owner = {
  clientId: ids.client,
  tenantId: ids.tenant,
  loginHost: 'login.microsoftonline.com',
};

/** The text of an access token that names whom it is of. */
export function anAccessTokenText(changes: object = {}): string {
  return aJwt({ appid: ids.client, tid: ids.tenant, ...changes });
}

/** A subscription in az's list, of the owner unless it is said otherwise. */
export function aSubscription(changes: object = {}): object {
  return {
    id: ids.subscription,
    name: 'Shop',
    state: 'Enabled',
    user: { name: ids.client, type: 'servicePrincipal' },
    isDefault: true,
    tenantId: ids.tenant,
    environmentName: 'AzureCloud',
    ...changes,
  };
}

/** What stands in az's list for an identity that sees no subscription. */
export function aTenantEntry(): object {
  return aSubscription({ id: ids.tenant, name: 'N/A(tenant level account)' });
}

/** The list as az writes it, with its byte order mark. */
export function aList(...subscriptions: readonly object[]): string {
  return `\uFEFF${JSON.stringify({ subscriptions })}`;
}

/** An entry of `service_principal_entries.json`, of the owner unless it is said otherwise. */
export function anEntry(changes: object = {}): object {
  return {
    client_id: ids.client,
    tenant: ids.tenant,
    client_assertion: anIdTokenText({ jti: 'old', issuedOn: later(-minutes(5)) }),
    ...changes,
  };
}

/** An entry of MSAL's cache, of the owner and with `leftMs` left, unless it is said otherwise. */
export function aCachedToken(leftMs: number, changes: object = {}): object {
  const endsOn = String((noon.getTime() + leftMs) / 1_000);
  return {
    credential_type: 'AccessToken',
    secret: anAccessTokenText({ jti: 'old' }),
    home_account_id: null,
    environment: owner.loginHost,
    client_id: ids.client,
    target: armScope,
    realm: ids.tenant,
    token_type: 'Bearer',
    cached_at: String((noon.getTime() + leftMs - minutes(60)) / 1_000),
    expires_on: endsOn,
    extended_expires_on: endsOn,
    ...changes,
  };
}

/** A cache with entries by name. */
export function aCache(entries: Readonly<Record<string, object>>): string {
  return JSON.stringify({ AccessToken: entries, AppMetadata: {} });
}

/** A profile of Azure CLI on the disk, and an identity that has newer tokens for it. */
export class ProfileFixture {
  readonly temp = mkdtempSync(join(tmpdir(), 'azure-cli-profile-'));
  readonly profile: string;
  readonly files: ProfileFiles;
  readonly clock: FakeClock;
  readonly statistics = new KeeperStatistics();
  /** Scopes for which an access token was asked. */
  readonly asked: string[] = [];
  readonly world: KeeperWorld;
  idToken: IdToken = readIdToken(anIdTokenText({ jti: 'new' }));
  accessTokenLeftMs = minutes(60);

  constructor(
    changes: {
      readonly folders?: Partial<SharedFolders>;
      readonly clock?: FakeClock;
      readonly name?: string;
    } = {},
  ) {
    this.clock = changes.clock ?? new ImpatientClock();
    const draftFolder = join(this.temp, 'workload-identity');
    mkdirSync(draftFolder, { mode: 0o700 });
    this.profile = join(this.temp, changes.name ?? '.azclitask-a1B2c3');
    mkdirSync(this.profile);
    this.files = profileFiles(this.profile);
    const folders = { ...sharedFolders, ...changes.folders };
    this.world = { folders, clock: this.clock, draftFolder };
  }

  get identity(): KeptIdentity {
    return {
      owner,
      idToken: () => Promise.resolve(this.idToken),
      accessToken: (scope): Promise<AccessToken> => {
        this.asked.push(scope);
        const token = new Secret(anAccessTokenText({ jti: 'new' }));
        return Promise.resolve({ token, scope, expiresOn: later(this.accessTokenLeftMs) });
      },
    };
  }

  /** The owner is signed in, as `az login` leaves it. */
  signIn({
    list = aList(aSubscription()),
    entries = [anEntry()] as readonly unknown[],
  } = {}): void {
    this.write(this.files.list, list);
    this.write(this.files.entries, JSON.stringify(entries));
  }

  write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o600 });
  }

  read(path: string): string {
    return readFileSync(path, 'utf8');
  }

  newIdToken(choices: IdTokenChoices): void {
    this.idToken = readIdToken(anIdTokenText(choices));
  }

  /** Whatever lies below the temp folder, by relative path. */
  get all(): readonly string[] {
    return readdirSync(this.temp, { recursive: true }).map(String).sort();
  }

  remove(): void {
    rmSync(this.temp, { recursive: true, force: true });
  }
}

/** Sets up mocha's hooks: makes profiles, which go after each test. */
export function useProfiles(): (
  ...changes: ConstructorParameters<typeof ProfileFixture>
) => ProfileFixture {
  const fixtures: ProfileFixture[] = [];
  afterEach(() => {
    for (const fixture of fixtures.splice(0)) fixture.remove();
  });
  return (...changes) => {
    const fixture = new ProfileFixture(...changes);
    fixtures.push(fixture);
    return fixture;
  };
}

/** What keeps the session in a profile fresh. */
export function keeperOf({ profile, identity, world, statistics }: ProfileFixture): ProfileKeeper {
  return new ProfileKeeper(profile, identity, world, statistics);
}
