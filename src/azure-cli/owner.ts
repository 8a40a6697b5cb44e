/** Whose session it is: nothing of anybody else's is ever changed. */
export interface ProfileOwner {
  readonly clientId: string;
  readonly tenantId: string;
  /** The host name under which the identity signs in, for example `login.microsoftonline.com`. */
  readonly loginHost: string;
}
