import type { Outputs } from '../../agent/publish.ts';
import type { IdTokenFacts } from '../../id-token/id-token.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { Endpoints } from '../../wire/endpoints.ts';

/** Where the ID tokens of one connection stay fresh until the job ends. */
export interface FreshIdToken {
  readonly tokenFile: string;
  readonly endpoints?: Endpoints;
}

/**
 * The output variables of a task's step. In Terraform's native mode no ID token is asked for, so
 * what only a token can say is absent. The places of fresh ID tokens need the broker. They are
 * this connection's own: the plain variables follow whichever task of the job ran last.
 */
export function outputsOf(
  connection: ServiceConnection,
  idToken: IdTokenFacts | undefined,
  fresh?: FreshIdToken,
): Outputs {
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
    ...(fresh?.endpoints === undefined ? {} : freshOutputs(fresh.tokenFile, fresh.endpoints)),
  };
}

function freshOutputs(tokenFile: string, endpoints: Endpoints): Outputs {
  return {
    tokenFile,
    oidcRequestUrl: endpoints.idTokenUrl,
    oidcRequestToken: endpoints.idTokenCapability,
  };
}
