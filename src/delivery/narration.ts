import { isFromRetiringIssuer } from '../id-token/id-token.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { IdTokenFacts } from './outputs.ts';
import type { PipelineAgent } from './pipeline-agent.ts';
import type { VariableChange } from './variable-change.ts';

type Voice = Pick<PipelineAgent, 'say' | 'warn'>;

/** Who is about to be signed in. */
export function tellConnection(connection: ServiceConnection, { say }: Voice): void {
  const { name, clientId, tenantId, subscriptionId, cloud } = connection;
  const subscription =
    subscriptionId === undefined ? 'no subscription' : `subscription ${subscriptionId}`;
  say(
    `Service connection ${name}: client ${clientId}, tenant ${tenantId}, ${subscription}, ${cloud.name}`,
  );
}

/** What Azure DevOps said of the job, and until when that holds. */
export function tellIdToken(
  idToken: IdTokenFacts,
  connection: ServiceConnection,
  isKeptFresh: boolean,
  { say, warn }: Voice,
): void {
  say(`ID token: issuer ${idToken.issuer}`);
  say(`          subject ${idToken.subject}`);
  say(`          audience ${idToken.audience}`);
  say(
    isKeptFresh
      ? `          valid until ${utc(idToken.expiresOn)}, and replaced in time until the job ends`
      : `          valid until ${utc(idToken.expiresOn)}, and not replaced after that`,
  );
  if (connection.cloud.name === 'AzureCloud' && isFromRetiringIssuer(idToken)) {
    warn(
      `The service connection ${connection.name} uses the Azure DevOps issuer, which retires on 2027-07-01. Convert it to the Entra issuer in the project settings (Service connections, Update).`,
    );
  }
}

/** The names of what later steps will see; never the values. */
export function tellVariables(changes: readonly VariableChange[], { say }: Voice): void {
  const names = changes.map(({ name, kind }) => (kind === 'secret' ? `${name} (secret)` : name));
  say(`Variables for the steps that follow: ${names.join(', ')}`);
}

/** A time of day as logs tell it: UTC, hours and minutes, with the date. */
export function utc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
