import type { AccessToken } from '../access-token/access-token.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Clock, SharedFolders } from '../ports.ts';
import type { ProfileOwner } from './owner.ts';

/** An identity whose profiles are kept signed in, and where its new tokens come from. */
export interface KeptIdentity {
  readonly owner: ProfileOwner;
  /** @throws {FederationError} the reason why there is none. */
  idToken(): Promise<IdToken>;
  /** @throws {FederationError} the reason why there is none. */
  accessToken(scope: string): Promise<AccessToken>;
}

/** What is counted for the summary of the job. */
export interface KeeperEvents {
  /** A profile of another task had a token replaced. */
  kept(profile: string): void;
  replaced(what: 'ID token' | 'access token', count: number): void;
  /** FederatedLogin's own session was put back after a task had emptied it. */
  putBack(): void;
  /** A profile could not be kept, and why. */
  notKept(profile: string, why: 'encrypted' | 'locked' | 'failed'): void;
}

/** What the keeper asks of the world. */
export interface KeeperWorld {
  readonly folders: SharedFolders;
  readonly clock: Clock;
  /** Where drafts are written: a folder of ours on the same file system. */
  readonly draftFolder: string;
}
