import { randomUUID } from 'node:crypto';
import { json, type EmulatorResponse } from './message.ts';
import { armError } from './resource-manager.ts';
import type { World } from './world.ts';

/** A resource as Resource Manager keeps it, with whatever its provider keeps in `properties`. */
export interface StoredResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** A resource as a client sent it, with what its address says. */
type Sent = Readonly<Record<string, unknown>> & Pick<StoredResource, 'id' | 'name' | 'type'>;

type Properties = Readonly<Record<string, unknown>>;

/** A provider's answer to what it does not take. */
interface Refusal {
  readonly refusal: EmulatorResponse;
}

const isRefusal = (made: Properties | Refusal): made is Refusal => 'refusal' in made;

function propertiesOf(resource: Readonly<Record<string, unknown>>): Properties {
  const { properties } = resource;
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

function vaultProperties(sent: Sent, world: World): Properties | Refusal {
  const properties = propertiesOf(sent);
  const bad = (message: string): Refusal => ({
    refusal: armError(400, 'BadRequest', message),
  });
  if (properties['tenantId'] !== world.tenantId)
    return bad('An invalid value was provided for tenantId.');
  const policies = properties['accessPolicies'] ?? [];
  if (!Array.isArray(policies)) return bad('An invalid value was provided for accessPolicies.');
  const known = new Set([...world.applications.values()].map(({ objectId }) => objectId));
  const strangers = policies.filter(
    ({ objectId }: { objectId?: string }) => !known.has(objectId ?? ''),
  );
  if (strangers.length > 0)
    return bad('An invalid value was provided for accessPolicies.objectId.');
  return { ...properties, vaultUri: `https://${sent.name}.vault.azure.net/` };
}

/** What the providers add to a resource, by its type; others keep it as it is. */
const providers: Readonly<Record<string, (sent: Sent, world: World) => Properties | Refusal>> = {
  'microsoft.keyvault/vaults': vaultProperties,
  'microsoft.containerregistry/registries': (sent) => ({
    ...propertiesOf(sent),
    loginServer: `${sent.name.toLowerCase()}.azurecr.io`,
    adminUserEnabled: false,
    creationDate: new Date().toISOString(),
  }),
  'microsoft.managedidentity/userassignedidentities': (sent, world) => ({
    ...propertiesOf(sent),
    tenantId: world.tenantId,
    clientId: randomUUID(),
    principalId: randomUUID(),
  }),
  'microsoft.web/sites': (sent) => ({
    ...propertiesOf(sent),
    state: 'Running',
    defaultHostName: `${sent.name.toLowerCase()}.azurewebsites.net`,
  }),
};

/** What became of a resource that was sent: kept, or refused by its provider. */
export type Completion =
  | { readonly kind: 'kept'; readonly resource: StoredResource }
  | { readonly kind: 'refused'; readonly answer: EmulatorResponse };

/** The resource with what its provider makes of it, or the provider's refusal. */
export function complete(sent: Sent, world: World): Completion {
  const made = providers[sent.type.toLowerCase()]?.(sent, world) ?? propertiesOf(sent);
  if (isRefusal(made)) return { kind: 'refused', answer: made.refusal };
  const properties = { ...made, provisioningState: 'Succeeded' };
  return { kind: 'kept', resource: { ...sent, properties } };
}

const kubeConfig = (name: string): string =>
  [
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${name}`,
    'preferences: {}',
    'clusters:',
    `- name: ${name}`,
    `  cluster: {server: 'https://${name}.hcp.westeurope.azmk8s.io:443'}`,
    'contexts:',
    `- name: ${name}`,
    `  context: {cluster: ${name}, user: clusterUser_${name}}`,
    'users:',
    `- name: clusterUser_${name}`,
    '  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin}}',
    '',
  ].join('\n');

/** Actions on resources, by type and name of the action. */
const actions: Readonly<Record<string, (resource: StoredResource, world: World) => unknown>> = {
  'microsoft.containerservice/managedclusters/listclusterusercredential': ({ name }) => ({
    kubeconfigs: [{ name: 'clusterUser', value: Buffer.from(kubeConfig(name)).toString('base64') }],
  }),
};

/** Does what a `POST` asks of a resource; undefined where its type has no such action. */
export function perform(
  action: string,
  resource: StoredResource,
  world: World,
): EmulatorResponse | undefined {
  const does = actions[`${resource.type}/${action}`.toLowerCase()];
  return does === undefined ? undefined : json(200, does(resource, world));
}
