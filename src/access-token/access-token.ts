import type { Secret } from '../secret.ts';

/** What Entra gives for a client assertion: the right to call one resource for a while. */
export interface AccessToken {
  readonly token: Secret;
  readonly scope: string;
  /** By this machine's clock, which is also the one that its tools compare it with. */
  readonly expiresOn: Date;
}

/** Entra counts in whole seconds, so up to one of them may be gone already. */
const roundingMs = 1_000;

/**
 * How long the token is good, in ms, from its time of expiry and the moment of its arrival, which
 * are told by the same clock. Counted from the moment of asking, it never ends too late.
 */
export function accessTokenLifeMs(accessToken: AccessToken, arrivedOn: Date): number {
  return Math.max(0, accessToken.expiresOn.getTime() - arrivedOn.getTime() - roundingMs);
}

/**
 * A token with the time of its end by the clock as it is now.
 * @param keeper.setBackMs by how much that was set back since the token was asked for, in ms.
 */
export function byThisClock(
  token: AccessToken,
  { setBackMs }: { readonly setBackMs: number },
): AccessToken {
  return { ...token, expiresOn: new Date(token.expiresOn.getTime() - setBackMs) };
}
