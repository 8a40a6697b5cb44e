import { randomBytes } from 'node:crypto';
import { presentedBy } from './access-tokens.ts';
import type { Cloud } from './clouds.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { registryAudiences } from './resources.ts';
import type { World } from './world.ts';

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

const registryError = (status: number, code: string, message: string): EmulatorResponse =>
  json(status, { errors: [{ code, message }] }, {}, { error: code });

const isRegistry = (host: string, world: World): boolean =>
  [...world.resourceStore.values()].some(({ properties }) => properties['loginServer'] === host);

/** `GET /v2/`: where a client gets its tokens. */
export const registryChallenge: Handle = ({ host }, world) => {
  if (!isRegistry(host, world))
    return registryError(404, 'NAME_UNKNOWN', 'There is no such registry.');
  const answer = registryError(401, 'UNAUTHORIZED', 'authentication required');
  const challenge = `Bearer realm="https://${host}/oauth2/token",service="${host}"`;
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge } };
};

/** `POST /oauth2/exchange`: a refresh token of the registry for an access token of Entra. */
export const registryExchange =
  (cloud: Cloud): Handle =>
  (request, world) => {
    if (request.method !== 'POST') return registryError(405, 'UNSUPPORTED', 'Not supported.');
    const form = new URLSearchParams(request.body.toString());
    if (form.get('grant_type') !== 'access_token' || form.get('service') !== request.host) {
      return registryError(400, 'DENIED', 'grant_type and service are required.');
    }
    const token = form.get('access_token') ?? undefined;
    const presented = presentedBy(token, registryAudiences(cloud), cloud, world);
    if ('flaw' in presented) {
      return registryError(
        401,
        'UNAUTHORIZED',
        `The access token is not good (${presented.flaw}).`,
      );
    }
    if (form.get('tenant') !== world.tenantId) {
      return registryError(401, 'UNAUTHORIZED', 'The tenant is not that of the registry.');
    }
    const refreshToken = randomBytes(48).toString('base64url');
    world.issued.push({ kind: 'secret', value: refreshToken });
    return json(200, { refresh_token: refreshToken }, {}, { tokenId: presented.tokenId });
  };
