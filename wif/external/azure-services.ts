import { httpsThrough } from '../../src/external/upstream/https.ts';
import { addressOf, type ServiceName, type Web } from '../administration/web.ts';
import { connectionsTo } from './connections.ts';
import type { Authorization } from './credentials.ts';

const timeoutMs = 60_000;

/** Microsoft Graph of the public cloud. */
export function microsoftGraph(authorization: Authorization): Web {
  return service('Microsoft Graph', new URL('https://graph.microsoft.com/v1.0/'), authorization);
}

/** Resource Manager of the public cloud. */
export function resourceManager(authorization: Authorization): Web {
  return service('Resource Manager', new URL('https://management.azure.com/'), authorization);
}

function service(name: ServiceName, base: URL, authorization: Authorization): Web {
  const http = httpsThrough({}, undefined, connectionsTo);
  return {
    service: name,
    async send({ method, path, body }) {
      if (method === 'PATCH') throw new TypeError('Nothing is patched here.');
      const headers = { authorization: await authorization(), accept: 'application/json' };
      const request = { method, url: addressOf(path, base), timeoutMs };
      if (body === undefined) return http.send({ ...request, headers });
      const withType = { ...headers, 'content-type': 'application/json' };
      return http.send({ ...request, headers: withType, body: JSON.stringify(body) });
    },
  };
}
