import { presentedBy } from './access-tokens.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { vaultAudience } from './resources.ts';
import type { World } from './world.ts';

const vaultError = (status: number, code: string, message: string): EmulatorResponse =>
  json(status, { error: { code, message, innerError: {} } }, {}, { error: code });

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

/** Demands a token for vaults, of an identity that has a role somewhere. */
const withVaultToken =
  (cloud: Cloud, handle: Handle): Handle =>
  (request, world) => {
    const resource = vaultAudience(cloud);
    const presented = presentedBy(bearerOf(request), [resource], cloud, world);
    if ('flaw' in presented) {
      const challenge = `Bearer authorization="https://${cloud.authorityHosts[0] ?? ''}/${world.tenantId}", resource="${resource}"`;
      const answer = vaultError(
        401,
        'Unauthorized',
        `AKV10000: Request is missing a Bearer or PoP token, or it is not valid (${presented.flaw}).`,
      );
      return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge } };
    }
    if (presented.application.subscriptions.size === 0) {
      return vaultError(
        403,
        'Forbidden',
        'Caller is not authorized to perform action on resource.',
      );
    }
    const answer = handle(request, world);
    return { ...answer, remark: { tokenId: presented.tokenId, ...answer.remark } };
  };

/** `GET …/secrets`: their names, never their values. */
export const vaultSecrets = (cloud: Cloud): Handle =>
  withVaultToken(cloud, ({ host }, world) => {
    const value = [...world.vaultSecrets.keys()].map((name) => ({
      id: `https://${host}/secrets/${name}`,
      attributes: { enabled: true },
    }));
    return json(200, { value });
  });

/** A secret of a vault: GET, PUT and DELETE; `hello` is under `greeting` from the start. */
export const vaultSecret = (cloud: Cloud): Handle =>
  withVaultToken(cloud, (request, world) => {
    const name = request.params['name'] ?? '';
    const view = { id: `https://${request.host}/secrets/${name}/0123456789abcdef0123456789abcdef` };
    if (request.method === 'PUT') {
      const body: unknown = JSON.parse(request.body.toString());
      const { value } = body as { readonly value?: unknown };
      world.vaultSecrets.set(name, typeof value === 'string' ? value : '');
    }
    const value = world.vaultSecrets.get(name);
    if (value === undefined) {
      return vaultError(
        404,
        'SecretNotFound',
        `A secret with (name/id) ${name} was not found in this key vault.`,
      );
    }
    if (request.method === 'DELETE') {
      world.vaultSecrets.delete(name);
      const recoveryId = `https://${request.host}/deletedsecrets/${name}`;
      return json(200, { ...view, recoveryId, attributes: { enabled: true } });
    }
    return json(200, { ...view, value, attributes: { enabled: true } });
  });
