import { randomBytes, randomUUID } from 'node:crypto';
import { azureStack, type Cloud } from './clouds.ts';
import { defaultAudience, issuerUrl, subjectOf } from './federation.ts';
import type { Application, FederatedCredential, World } from './world.ts';

/** Authentication scheme of an Azure Resource Manager connection. */
export type Scheme = 'WorkloadIdentityFederation' | 'ServicePrincipal' | 'ManagedServiceIdentity';

/** The type of a connection, as the inputs of tasks name it. */
export type ConnectionType = 'AzureRM' | 'WorkloadIdentityUser';

/** What a test asks of a connection; all but the name has a default. */
export interface ServiceConnectionOptions {
  readonly name: string;
  /** To Azure, unless this says to Azure DevOps itself. */
  readonly type?: ConnectionType;
  /** Whether the identity of one to Azure DevOps is a user of the organization; it is, unless this says no. */
  readonly organizationUser?: boolean;
  readonly issuer?: 'azure-devops' | 'entra';
  readonly identity?: 'app-registration' | 'managed-identity';
  readonly scheme?: Scheme;
  /** A cloud's name; one that does not exist goes into the endpoint as it is. */
  readonly cloud?: string;
  readonly scopeLevel?: 'Subscription' | 'ManagementGroup' | 'None';
  readonly subscriptionName?: string;
  readonly creationMode?: 'Automatic' | 'Manual';
  readonly federatedCredential?: 'matching' | 'none' | Partial<FederatedCredential>;
  /** Whether the identity has a role on the subscription; it has, unless this says no. */
  readonly role?: boolean;
  readonly subscriptionId?: string;
  readonly authorityUrl?: string;
  /** Resource Manager of an Azure Stack Hub. */
  readonly resourceManagerUrl?: string;
}

/** An endpoint exactly as an agent receives it with the job. */
export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly type: ConnectionType;
  readonly url: string;
  readonly authorization: {
    readonly scheme: Scheme;
    readonly parameters: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

/** A service connection of the project. */
export interface ServiceConnection {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly tenantId: string;
  /** Empty for one to Azure DevOps. */
  readonly subscriptionId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly issuerKind: 'azure-devops' | 'entra';
  readonly endpoint: Endpoint;
}

function cloudFor(options: ServiceConnectionOptions, world: World): Cloud {
  if (options.cloud === 'AzureStack') {
    const cloud = azureStack(
      options.resourceManagerUrl ?? 'https://management.local.azurestack.external/',
      options.authorityUrl ?? 'https://login.microsoftonline.com/',
    );
    world.clouds.push(cloud);
    return cloud;
  }
  return world.clouds.find((cloud) => cloud.name === options.cloud) ?? world.clouds[0];
}

function scopeData(
  level: 'Subscription' | 'ManagementGroup' | 'None',
  subscriptionId: string,
  subscriptionName = 'Shop subscription',
): Readonly<Record<string, string>> {
  if (level === 'Subscription') return { subscriptionId, subscriptionName };
  if (level === 'None') return {};
  return { managementGroupId: 'shop-group', managementGroupName: 'Shop group' };
}

function endpointData(
  options: ServiceConnectionOptions,
  cloud: Cloud,
  subscriptionId: string,
): Readonly<Record<string, string>> {
  const level = options.scopeLevel ?? 'Subscription';
  const isManaged = options.identity === 'managed-identity';
  const mode = options.creationMode ?? 'Automatic';
  return {
    environment: options.cloud ?? 'AzureCloud',
    scopeLevel: level,
    ...scopeData(level, subscriptionId, options.subscriptionName),
    creationMode: mode,
    identityType: isManaged ? 'ManagedIdentity' : `AppRegistration${mode}`,
    resourceId: '',
    environmentUrl: `https://${cloud.resourceManagerHost}/`,
    environmentAuthorityUrl: options.authorityUrl ?? cloud.authorityUrl,
    activeDirectoryServiceEndpointResourceId: cloud.resourceId,
    graphUrl: `https://${cloud.graphHost}/`,
    microsoftGraphUrl: `https://${cloud.graphHost}/`,
    armManagementPortalUrl: 'https://portal.azure.com/',
  };
}

function authorizationParameters(
  scheme: Scheme,
  world: World,
  application: Application,
  credential: FederatedCredential,
): Readonly<Record<string, string>> {
  const tenantid = world.tenantId;
  if (scheme === 'ManagedServiceIdentity') return { tenantid };
  const serviceprincipalid = application.clientId;
  if (scheme === 'ServicePrincipal') {
    const serviceprincipalkey = application.secret ?? '';
    return { tenantid, serviceprincipalid, authenticationType: 'spnKey', serviceprincipalkey };
  }
  return {
    tenantid,
    serviceprincipalid,
    workloadIdentityFederationSubject: credential.subject,
    workloadIdentityFederationIssuer: credential.issuer,
  };
}

function trusted(
  options: ServiceConnectionOptions,
  matching: FederatedCredential,
): readonly FederatedCredential[] {
  const wish = options.federatedCredential ?? 'matching';
  if (wish === 'none') return [];
  return [wish === 'matching' ? matching : { ...matching, ...wish }];
}

function newApplication(
  options: ServiceConnectionOptions,
  cloud: Cloud,
  subscriptionId: string,
  matching: FederatedCredential,
): Application {
  const federated = (options.scheme ?? 'WorkloadIdentityFederation') !== 'ServicePrincipal';
  const secret = `${randomBytes(3).toString('base64url')}8Q~${randomBytes(25).toString('base64url')}`;
  return {
    clientId: randomUUID(),
    objectId: randomUUID(),
    name: `contoso-shop-${options.name}`,
    kind: options.identity ?? 'app-registration',
    cloud,
    federatedCredentials: federated ? trusted(options, matching) : [],
    ...(federated ? {} : { secret }),
    subscriptions: new Set(options.role === false || subscriptionId === '' ? [] : [subscriptionId]),
  };
}

type EndpointBody = Pick<Endpoint, 'type' | 'url' | 'authorization' | 'data'>;

function azureEndpoint(
  options: ServiceConnectionOptions,
  cloud: Cloud,
  parameters: EndpointBody['authorization']['parameters'],
  subscriptionId: string,
): EndpointBody {
  return {
    type: 'AzureRM',
    url: `https://${cloud.resourceManagerHost}/`,
    authorization: { scheme: schemeOf(options), parameters },
    data: endpointData(options, cloud, subscriptionId),
  };
}

/** What Microsoft's own tasks read of such a connection is in its two parameters; nothing else is known. */
function azureDevOpsEndpoint(
  { authorityUrl }: ServiceConnectionOptions,
  { clientId }: Application,
  world: World,
): EndpointBody {
  return {
    type: 'WorkloadIdentityUser',
    url: world.organization.collectionUri,
    authorization: {
      scheme: 'WorkloadIdentityFederation',
      parameters: { TenantId: world.tenantId, ServicePrincipalId: clientId },
    },
    data: authorityUrl === undefined ? {} : { environmentAuthorityUrl: authorityUrl },
  };
}

const schemeOf = ({ scheme = 'WorkloadIdentityFederation' }: ServiceConnectionOptions): Scheme =>
  scheme;

/** Creates a connection with its application, its federated credential and its role. */
export function addServiceConnection(
  options: ServiceConnectionOptions,
  world: World,
): ServiceConnection {
  const id = randomUUID();
  const cloud = cloudFor(options, world);
  const isForAzure = options.type !== 'WorkloadIdentityUser';
  const subscriptionId = isForAzure ? (options.subscriptionId ?? world.subscriptionId) : '';
  const issuerKind = options.issuer ?? (isForAzure ? 'azure-devops' : 'entra');
  const issuer = issuerUrl(issuerKind, world);
  const subject = subjectOf(issuerKind, { id, name: options.name }, world);
  const credential = { issuer, subject, audience: defaultAudience };
  const application = newApplication(options, cloud, subscriptionId, credential);
  world.applications.set(application.clientId, application);
  if (!isForAzure && options.organizationUser !== false) {
    world.organizationUsers.add(application.clientId);
  }
  if (application.secret) world.issued.push({ kind: 'secret', value: application.secret });
  const connection: ServiceConnection = {
    id,
    name: options.name,
    clientId: application.clientId,
    tenantId: world.tenantId,
    subscriptionId,
    issuer,
    subject,
    issuerKind,
    endpoint: {
      id,
      name: options.name,
      ...(isForAzure
        ? azureEndpoint(
            options,
            cloud,
            authorizationParameters(schemeOf(options), world, application, credential),
            subscriptionId,
          )
        : azureDevOpsEndpoint(options, application, world)),
    },
  };
  world.connections.set(id, connection);
  return connection;
}
