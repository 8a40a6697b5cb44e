import { defaultAudience, issuerUrl, subjectOf } from './federation.ts';
import type { ServiceConnection } from './service-connections.ts';
import type { Application, World } from './world.ts';

/** Moves the connection of a subject to Entra's issuer, in the time that Azure DevOps takes. */
export function moveIssuer(subject: string, world: World): 'initiated' | 'not found' {
  const connection = [...world.connections.values()].find(
    (one) => one.subject === subject && one.issuerKind === 'azure-devops',
  );
  const registration = world.administration.registrations.get(connection?.id ?? '');
  const application = world.applications.get(connection?.clientId ?? '');
  if (!connection || !registration || !application) return 'not found';
  const mayChange =
    connection.endpoint.data['creationMode'] === 'Automatic' && !registration.creatorHasLeft;
  const end = (): void => {
    const held = world.applications.get(application.clientId) ?? application;
    if (held.isMultiTenant === true || (!mayChange && !trusts(held, connection, world))) {
      const statusMessage = 'Insufficient privileges to complete the operation.';
      registration.operation = { state: 'Failed', statusMessage, startedAt: new Date() };
      return;
    }
    if (!trusts(held, connection, world)) giveTrust(held, connection, world);
    moved(connection, world);
  };
  const startedAt = new Date();
  registration.operation = { state: 'InProgress', statusMessage: '', startedAt, end };
  return 'initiated';
}

const trusts = (application: Application, connection: ServiceConnection, world: World): boolean =>
  application.federatedCredentials.some(
    ({ issuer, subject }) =>
      issuer === issuerUrl('entra', world) && subject === subjectOf('entra', connection, world),
  );

function giveTrust(application: Application, connection: ServiceConnection, world: World): void {
  const issuer = issuerUrl('entra', world);
  const subject = subjectOf('entra', connection, world);
  const credential = { issuer, subject, audience: defaultAudience, name: connection.id };
  const federatedCredentials = [...application.federatedCredentials, credential];
  world.applications.set(application.clientId, { ...application, federatedCredentials });
}

function moved(connection: ServiceConnection, world: World): void {
  const { endpoint } = connection;
  const issuer = issuerUrl('entra', world);
  const subject = subjectOf('entra', connection, world);
  const parameters = {
    ...endpoint.authorization.parameters,
    workloadIdentityFederationIssuer: issuer,
    workloadIdentityFederationSubject: subject,
  };
  const authorization = { ...endpoint.authorization, parameters };
  const after = { issuer, subject, issuerKind: 'entra' as const };
  world.connections.set(connection.id, {
    ...connection,
    ...after,
    endpoint: { ...endpoint, authorization },
  });
}
