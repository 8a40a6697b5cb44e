import { pathsOf } from '../delivery/files/state-directory.ts';

/** The files of a profile that hold who is signed in, as Azure CLI names them. */
export interface ProfileFiles {
  /** Subscriptions and users; az writes it in place and knows no lock for it. */
  readonly list: string;
  /** ID tokens, secrets and certificates of service principals. */
  readonly entries: string;
  /** MSAL's cache of access tokens. */
  readonly tokenCache: string;
  /** The same two where az encrypts them, which it does on Windows by default. */
  readonly encrypted: readonly string[];
  /** The active subscription of each cloud. */
  readonly clouds: string;
  /** The settings. */
  readonly config: string;
  /** The commands that az knows, with its version. */
  readonly commandIndex: string;
  /** What we keep beside our own profile: its list as our sign-ins wrote it. */
  readonly savedList: string;
}

/** The files of the profile in a directory. */
export function profileFiles(profile: string): ProfileFiles {
  const path = pathsOf(profile);
  const within = (name: string): string => path.join(profile, name);
  return {
    list: within('azureProfile.json'),
    entries: within('service_principal_entries.json'),
    tokenCache: within('msal_token_cache.json'),
    encrypted: [within('service_principal_entries.bin'), within('msal_token_cache.bin')],
    clouds: within('clouds.config'),
    config: within('config'),
    commandIndex: within('commandIndex.json'),
    savedList: `${profile}.json`,
  };
}
