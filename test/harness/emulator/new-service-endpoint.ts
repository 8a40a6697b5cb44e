import { randomUUID } from 'node:crypto';
import type { Project, Registration } from './administration.ts';
import { devopsHeaders } from './azure-devops.ts';
import { issuerUrl, subjectOf } from './federation.ts';
import { json } from './message.ts';
import {
  devopsRefusal,
  endpointView,
  mayNot,
  registrationsIn,
  signedIn,
  visible,
} from './service-endpoints.ts';
import type { World } from './world.ts';

interface NewEndpoint {
  readonly name?: string;
  readonly type?: string;
  readonly url?: string;
  readonly description?: string;
  readonly authorization?: {
    readonly scheme?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly serviceEndpointProjectReferences?: readonly { readonly projectReference: Project }[];
}

/** `POST _apis/serviceendpoint/endpoints`: a manual connection with federation. */
export const newEndpoint = signedIn((request, world, rights) => {
  if (request.method !== 'POST') return devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');
  if (rights.connections === 'read') return mayNot('Create');
  const body = JSON.parse(request.body.toString()) as NewEndpoint;
  const owner = body.serviceEndpointProjectReferences?.[0]?.projectReference;
  const home = visible(world, rights).find(({ id }) => id === owner?.id);
  const flaw = flawOf(body, home);
  if (flaw !== undefined || !home)
    return devopsRefusal(400, 'ArgumentException', flaw ?? 'No project.');
  const taken = registrationsIn(home, world).some(
    (other) => world.connections.get(other.id)?.name === body.name,
  );
  if (taken) {
    return devopsRefusal(
      409,
      'DuplicateServiceConnectionException',
      `Service connection with name ${body.name ?? ''} already exists. Only a user having Administrator/User role permissions on service connection ${body.name ?? ''} can see it.`,
    );
  }
  const registration = createFrom(body, home, world);
  return json(200, endpointView(registration, home, world), devopsHeaders(), {
    connectionId: registration.id,
  });
});

function flawOf(body: NewEndpoint, home: Project | undefined): string | undefined {
  const { authorization, data } = body;
  const parameters = authorization?.parameters ?? {};
  if (!home) return 'Value cannot be null. Parameter name: projectReference';
  if (body.type !== 'azurerm' || body.url !== 'https://management.azure.com/') {
    return `Unable to find service connection type '${body.type ?? ''}'.`;
  }
  if (
    authorization?.scheme !== 'WorkloadIdentityFederation' ||
    data?.['creationMode'] !== 'Manual'
  ) {
    return 'The emulator creates manual connections with workload identity federation only.';
  }
  const missing = ['tenantid', 'serviceprincipalid'].filter((name) => !parameters[name]);
  if (missing.length > 0) return `Value cannot be null. Parameter name: ${missing.join(', ')}`;
  if ('serviceprincipalkey' in parameters) return 'A secret is not accepted with this scheme.';
  return dataFlaw(data);
}

/** What the public records of such connections have in their data, and nothing else. */
function dataFlaw(data: Readonly<Record<string, string>>): string | undefined {
  const scopes: Readonly<Record<string, readonly string[]>> = {
    Subscription: ['subscriptionId', 'subscriptionName'],
    ManagementGroup: ['managementGroupId', 'managementGroupName'],
  };
  const scope = scopes[data['scopeLevel'] ?? ''] ?? ['subscriptionId', 'subscriptionName'];
  const needed = ['environment', 'scopeLevel', ...scope];
  const known = [...needed, 'creationMode', 'identityType'];
  const identityTypes = ['ManagedIdentity', 'AppRegistrationManual', undefined];
  const wrong = [
    ...needed.filter((name) => !data[name]),
    ...Object.keys(data).filter((name) => !known.includes(name)),
    ...(identityTypes.includes(data['identityType']) ? [] : ['identityType']),
  ];
  return wrong.length > 0
    ? `Following fields in the service connection are not expected or missing: ${wrong.join(', ')}`
    : undefined;
}

function createFrom(body: NewEndpoint, home: Project, world: World): Registration {
  const id = randomUUID();
  const { name = '', description = '', data = {} } = body;
  const parameters = body.authorization?.parameters ?? {};
  const kind =
    parameters['workloadIdentityFederationIssuerType'] === 'EntraID' ? 'entra' : 'azure-devops';
  const issuer = issuerUrl(kind, world);
  const subject = subjectOf(kind, { id, name }, world);
  const cloud = world.clouds[0];
  world.connections.set(id, {
    id,
    name,
    clientId: parameters['serviceprincipalid'] ?? '',
    tenantId: parameters['tenantid'] ?? '',
    subscriptionId: data['subscriptionId'] ?? '',
    issuer,
    subject,
    issuerKind: kind,
    endpoint: {
      id,
      name,
      type: 'AzureRM',
      url: 'https://management.azure.com/',
      authorization: {
        scheme: 'WorkloadIdentityFederation',
        parameters: {
          ...parameters,
          workloadIdentityFederationSubject: subject,
          workloadIdentityFederationIssuer: issuer,
        },
      },
      data: {
        ...data,
        environmentAuthorityUrl: cloud.authorityUrl,
        activeDirectoryServiceEndpointResourceId: cloud.resourceId,
      },
    },
  });
  const registration = {
    id,
    projects: [home],
    description,
    isDisabled: false,
    isLocked: false,
    creatorHasLeft: false,
  };
  world.administration.registrations.set(id, registration);
  return registration;
}
