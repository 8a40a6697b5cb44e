import type { SessionName } from './sessions.ts';

/** A difference that is meant. */
export interface Reason {
  /** The lines, or the files of the profile, that it is about. */
  readonly about: RegExp;
  /** The sessions in which it must be there; in others it must not. */
  readonly sessions: readonly SessionName[];
  readonly why: string;
}

const ours: readonly SessionName[] = ['at once', 'past expiry', 'fallback'];
const written: readonly SessionName[] = ['at once', 'past expiry'];

/** Lines of script that do something else than after `az login`. */
export const lineReasons: readonly Reason[] = [
  {
    about: /^az account clear/,
    sessions: ours,
    why: 'A profile that somebody empties is put back, since Microsoft’s tasks end with `az account clear`.',
  },
];

/** Files that are other files than those of `az login`. */
export const fileReasons: readonly Reason[] = [
  {
    about: /^config$/,
    sessions: ours,
    why: 'The private profile has settings of its own: no telemetry, no survey, no encryption of its tokens.',
  },
  {
    about: /^msal_(token_cache\.json|http_cache\.bin)$/,
    sessions: written,
    why: 'The first command makes them.',
  },
  {
    about:
      /^(az|commandIndex|extensionIndex|extensionHelpIndex|helpIndex|versionCheck)\.(json|sess)$/,
    sessions: written,
    why: 'What az finds out about itself; it says nothing about an identity, and the first command makes it.',
  },
];

/** The reason of a difference; undefined where there is none. */
export function reasonFor(
  about: string,
  session: SessionName,
  reasons: readonly Reason[],
): Reason | undefined {
  return reasons.find((one) => one.about.test(about) && one.sessions.includes(session));
}
