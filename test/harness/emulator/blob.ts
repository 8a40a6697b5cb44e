import { randomUUID } from 'node:crypto';
import { presentedBy, type TokenFlaw } from './access-tokens.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { blobAudiences } from './resources.ts';
import type { World } from './world.ts';

function storageError(
  status: number,
  code: string,
  message: string,
  detail?: string,
): EmulatorResponse {
  const requestId = randomUUID();
  const more =
    detail === undefined ? '' : `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail>`;
  return {
    status,
    headers: {
      'Content-Type': 'application/xml',
      'x-ms-error-code': code,
      'x-ms-request-id': requestId,
      'x-ms-version': '2021-12-02',
    },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}\nRequestId:${requestId}\nTime:${new Date().toISOString()}</Message>${more}</Error>`,
    remark: { error: code },
  };
}

const flawDetails: Readonly<Record<Exclude<TokenFlaw, 'none'>, string>> = {
  malformed: 'The token is malformed.',
  signature: 'Signature validation failed. Signature verification failed.',
  issuer: 'Issuer validation failed. Issuer did not match.',
  expired: 'Lifetime validation failed. The token is expired.',
  'not-yet': 'Lifetime validation failed. The token is not yet valid.',
  audience: 'Audience validation failed. Audience did not match.',
  identity: 'The identity does not exist.',
};

function unauthorized(flaw: TokenFlaw, cloud: Cloud, world: World): EmulatorResponse {
  const answer =
    flaw === 'none'
      ? storageError(
          401,
          'NoAuthenticationInformation',
          'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
        )
      : storageError(
          401,
          'InvalidAuthenticationInfo',
          'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
          flawDetails[flaw],
        );
  const challenge = `Bearer authorization_uri=https://${cloud.authorityHosts[0] ?? ''}/${world.tenantId}/oauth2/authorize resource_id=https://storage.azure.com`;
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge } };
}

/** Shared keys and signatures are for Azurite to check; only bearer tokens are judged here. */
const isSharedKey = (request: EmulatorRequest): boolean =>
  /^SharedKey/i.test(request.headers['authorization'] ?? '') || request.query.has('sig');

/** A blob account: the token is judged here, the rest is Azurite's. */
export const blob =
  (cloud: Cloud) =>
  async (request: EmulatorRequest, world: World): Promise<EmulatorResponse> => {
    const { blobStorage } = world;
    const account = request.host.slice(0, -cloud.blobSuffix.length);
    if (blobStorage?.account !== account) {
      return storageError(404, 'ResourceNotFound', `There is no storage account '${account}'.`);
    }
    if (isSharedKey(request)) return blobStorage.forward(request);
    const presented = presentedBy(bearerOf(request), blobAudiences(account, cloud), cloud, world);
    if ('flaw' in presented) {
      const answer = unauthorized(presented.flaw, cloud, world);
      return { ...answer, remark: { ...answer.remark, tokenId: presented.tokenId ?? '' } };
    }
    if (presented.application.subscriptions.size === 0) {
      return storageError(
        403,
        'AuthorizationPermissionMismatch',
        'This request is not authorized to perform this operation using this permission.',
      );
    }
    const answer = await blobStorage.forward(request);
    return { ...answer, remark: { ...answer.remark, tokenId: presented.tokenId } };
  };
