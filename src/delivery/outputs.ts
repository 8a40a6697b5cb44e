import type { IdToken } from '../id-token/id-token.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';

/** What is told of an ID token when the token itself stays behind. */
export type IdTokenFacts = Pick<
  IdToken,
  'issuer' | 'subject' | 'audience' | 'expiresOn' | 'clockAheadMs'
>;

/**
 * The output variables of a task's step, none of them secret. In Terraform's native mode no ID
 * token is asked for, so what only a token can tell is absent.
 */
export function outputsOf(
  connection: ServiceConnection,
  idToken: IdTokenFacts | undefined,
): Readonly<Record<string, string>> {
  return {
    clientId: connection.clientId,
    tenantId: connection.tenantId,
    subscriptionId: connection.subscriptionId ?? '',
    ...(idToken === undefined
      ? {}
      : {
          issuer: idToken.issuer,
          subject: idToken.subject,
          idTokenExpiresOn: idToken.expiresOn.toISOString(),
        }),
  };
}
