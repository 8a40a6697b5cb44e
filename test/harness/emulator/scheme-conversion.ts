import type { Project, Registration } from './administration.ts';
import { devopsHeaders } from './azure-devops.ts';
import { defaultAudience, issuerUrl, subjectOf } from './federation.ts';
import { json, normalised, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import type { ServiceConnection } from './service-connections.ts';
import { devopsRefusal, endpointView } from './service-endpoints.ts';
import type { World } from './world.ts';

const weekMs = 7 * 24 * 3600_000;

const no = (message: string, typeKey = 'ArgumentException'): EmulatorResponse =>
  devopsRefusal(400, typeKey, message);

interface Wish {
  readonly id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly authorization?: { readonly scheme?: string };
}

/** The update with `operation=ConvertAuthenticationScheme`, as scripts in the field met it. */
export function convert(
  request: EmulatorRequest,
  registration: Registration,
  at: Project,
  world: World,
): EmulatorResponse {
  const before = world.connections.get(registration.id);
  if (request.query.get('operation') !== 'ConvertAuthenticationScheme') {
    return no('The emulator plays one operation only: ConvertAuthenticationScheme.');
  }
  if (!before) return no('The scheme of this service connection cannot be converted.');
  const body = JSON.parse(request.body.toString()) as Wish;
  const incomplete = incompleteness(body, endpointView(registration, at, world));
  if (incomplete !== undefined) return no(incomplete);
  if (registration.projects[0]?.id !== at.id) {
    return no(
      'The service connection is shared from another project, and can be updated there only.',
    );
  }
  const { scheme } = before.endpoint.authorization;
  const wanted = body.authorization?.scheme ?? '';
  if (before.endpoint.data['environment'] === 'AzureStack') {
    return no(
      'Unable to connect to the Azure Stack environment. Ignore the failure if the source is Azure DevOps.',
    );
  }
  const isUpgrade = scheme === 'ServicePrincipal' && wanted === 'WorkloadIdentityFederation';
  const isDowngrade = scheme === 'WorkloadIdentityFederation' && wanted === 'ServicePrincipal';
  if (!isUpgrade && !isDowngrade) {
    return no(
      `Converting the authentication scheme from ${scheme} to ${wanted} is neither an upgrade nor a downgrade.`,
    );
  }
  if (before.endpoint.data['creationMode'] !== 'Automatic') {
    return no('Only service connections that were created automatically can be converted.');
  }
  if (registration.isLocked) return no('Insufficient privileges to complete the operation.');
  if (isDowngrade && (registration.revertUntil ?? new Date(0)) < new Date()) {
    return no('The time in which the conversion can be reverted is over.');
  }
  if (registration.operation?.state === 'InProgress') {
    return no('Another operation on the service connection is in progress.');
  }
  begin(registration, () => {
    if (isUpgrade && registration.creatorHasLeft && !isTrusted(before, world)) {
      failFor(before, registration, world);
      return;
    }
    change(before, isUpgrade, registration, world);
    world.administration.conversions.push({ id: before.id, scheme: wanted, at: new Date() });
  });
  return json(200, endpointView(registration, at, world), devopsHeaders());
}

/** Azure DevOps answers at once, and works on for as long as the test says. */
function begin(registration: Registration, end: () => void): void {
  const startedAt = new Date();
  registration.operation = { state: 'InProgress', statusMessage: '', startedAt, end };
}

/** Whether somebody has already given the identity the credential that the conversion needs. */
function isTrusted(connection: ServiceConnection, world: World): boolean {
  const issuer = issuerUrl('entra', world);
  const subject = subjectOf('entra', connection, world);
  const held = world.applications.get(connection.clientId)?.federatedCredentials ?? [];
  return held.some((one) => one.issuer === issuer && one.subject === subject);
}

/** It could not; what the credential has to hold is told, for whoever may make it. */
function failFor(before: ServiceConnection, registration: Registration, world: World): void {
  const { endpoint } = before;
  const told = {
    workloadIdentityFederationIssuer: issuerUrl('entra', world),
    workloadIdentityFederationSubject: subjectOf('entra', before, world),
  };
  const parameters = { ...endpoint.authorization.parameters, ...told };
  const authorization = { ...endpoint.authorization, parameters };
  world.connections.set(before.id, { ...before, endpoint: { ...endpoint, authorization } });
  registration.operation = {
    state: 'Failed',
    statusMessage: 'Insufficient privileges to complete the operation.',
    startedAt: new Date(),
  };
}

/** An update replaces the whole: whatever is not sent would be lost. */
function incompleteness(body: Wish, view: unknown): string | undefined {
  const record = view as Readonly<Record<string, unknown>>;
  const sent = body as Readonly<Record<string, unknown>>;
  const missing = Object.keys(record).filter((name) => !(name in sent));
  if (missing.length > 0) return `Value cannot be null. Parameter name: ${missing.join(', ')}`;
  if (normalised(body.id ?? '') !== record['id'])
    return 'The ID of the body is not that of the path.';
  if ('revertSchemeDeadline' in (body.data ?? {})) {
    return 'Following fields in the service connection are not expected: revertSchemeDeadline.';
  }
  const lost = Object.keys(record['data'] as object).filter(
    (name) => name !== 'revertSchemeDeadline' && !(name in (body.data ?? {})),
  );
  return lost.length > 0 ? `Value cannot be null. Parameter name: ${lost.join(', ')}` : undefined;
}

/** What Azure DevOps itself does: the credential of the application, and its own record. */
function change(
  before: ServiceConnection,
  isUpgrade: boolean,
  registration: Registration,
  world: World,
): void {
  const application = world.applications.get(before.clientId);
  if (!application) throw new Error(`There is no application ${before.clientId}.`);
  const issuer = issuerUrl('entra', world);
  const subject = subjectOf('entra', before, world);
  const credential = { issuer, subject, audience: defaultAudience, name: before.id };
  world.applications.set(before.clientId, {
    ...application,
    federatedCredentials: isUpgrade
      ? [
          ...application.federatedCredentials.filter((other) => other.subject !== subject),
          credential,
        ]
      : application.federatedCredentials.filter((other) => other.subject !== subject),
  });
  const { tenantid = '', serviceprincipalid = '' } = before.endpoint.authorization.parameters;
  const known = { tenantid, serviceprincipalid };
  world.connections.set(before.id, {
    ...before,
    issuer,
    subject,
    issuerKind: 'entra',
    endpoint: {
      ...before.endpoint,
      authorization: isUpgrade
        ? {
            scheme: 'WorkloadIdentityFederation',
            parameters: {
              ...known,
              workloadIdentityFederationSubject: subject,
              workloadIdentityFederationIssuer: issuer,
              workloadIdentityFederationIssuerType: 'EntraID',
            },
          }
        : {
            scheme: 'ServicePrincipal',
            parameters: {
              ...known,
              authenticationType: 'spnKey',
              serviceprincipalkey: application.secret ?? '',
            },
          },
    },
  });
  if (isUpgrade) registration.revertUntil = new Date(Date.now() + weekMs);
  else delete registration.revertUntil;
}
