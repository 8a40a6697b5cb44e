import { presentedBy } from './access-tokens.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { graphAudiences, vaultAudience } from './resources.ts';
import type { Application, World } from './world.ts';

const graphError = (status: number, code: string, message: string): EmulatorResponse =>
  json(status, { error: { code, message, innerError: {} } }, {}, { error: code });

const servicePrincipal = (application: Application, world: World): unknown => ({
  id: application.objectId,
  alternativeNames: [...world.administration.managedIdentities.values()]
    .filter(({ clientId }) => clientId === application.clientId)
    .flatMap(({ resourceId }) => ['isExplicit=True', resourceId]),
  appId: application.clientId,
  displayName: application.name,
  servicePrincipalType: application.kind === 'managed-identity' ? 'ManagedIdentity' : 'Application',
});

/** Microsoft Graph: the organization, and the service principals. */
export const graph =
  (cloud: Cloud) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const presented = presentedBy(bearerOf(request), graphAudiences(cloud), cloud, world);
    if ('flaw' in presented) {
      const text =
        presented.flaw === 'audience'
          ? 'Invalid audience.'
          : 'Lifetime validation failed, the token is expired.';
      return graphError(
        401,
        'InvalidAuthenticationToken',
        presented.flaw === 'none' ? 'Access token is empty.' : text,
      );
    }
    const remark = { tokenId: presented.tokenId };
    if (world.administration.rights.get(presented.application.clientId)?.graph === 'none') {
      return graphError(
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
      );
    }
    if (request.params['collection'] === 'organization') {
      return json(200, { value: [{ id: world.tenantId, displayName: 'Contoso' }] }, {}, remark);
    }
    const wanted = /appId eq '([^']+)'/.exec(request.query.get('$filter') ?? '')?.[1];
    const value = [...world.applications.values()]
      .filter((application) => wanted === undefined || application.clientId === wanted)
      .map((application) => servicePrincipal(application, world));
    return json(200, { value }, {}, remark);
  };

/** A vault: GET and PUT of its secrets, `hello` under `greeting` from the start. */
export const vaultSecret =
  (cloud: Cloud) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const resource = vaultAudience(cloud);
    const presented = presentedBy(bearerOf(request), [resource], cloud, world);
    if ('flaw' in presented) {
      const challenge = `Bearer authorization="https://${cloud.authorityHosts[0] ?? ''}/${world.tenantId}", resource="${resource}"`;
      const answer = graphError(
        401,
        'Unauthorized',
        `AKV10000: Request is missing a Bearer or PoP token, or it is not valid (${presented.flaw}).`,
      );
      return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge } };
    }
    if (presented.application.subscriptions.size === 0) {
      return graphError(
        403,
        'Forbidden',
        'Caller is not authorized to perform action on resource.',
      );
    }
    const name = request.params['name'] ?? '';
    if (request.method === 'PUT') {
      const body: unknown = JSON.parse(request.body.toString());
      const { value } = body as { readonly value?: unknown };
      world.vaultSecrets.set(name, typeof value === 'string' ? value : '');
    }
    const value = world.vaultSecrets.get(name);
    if (value === undefined) {
      return graphError(
        404,
        'SecretNotFound',
        `A secret with (name/id) ${name} was not found in this key vault.`,
      );
    }
    const id = `https://${request.host}/secrets/${name}/0123456789abcdef0123456789abcdef`;
    return json(
      200,
      { value, id, attributes: { enabled: true } },
      {},
      { tokenId: presented.tokenId },
    );
  };
