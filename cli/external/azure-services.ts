import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  proxyPolicy,
} from '@azure/core-rest-pipeline';
import { addressOf, type ServiceName, type Web } from '../../src/administration/web.ts';
import { troubleOf } from '../../src/external/network-trouble.ts';
import { NetworkTrouble } from '../../src/ports.ts';
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

/** Through Azure's own pipeline, of which the proxy is taken, and nothing followed or repeated. */
function service(name: ServiceName, base: URL, authorization: Authorization): Web {
  const client = createDefaultHttpClient();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  return {
    service: name,
    async send({ method, path, body }) {
      const header = await authorization();
      const deadline = AbortSignal.timeout(timeoutMs);
      const request = createPipelineRequest({
        method,
        url: addressOf(path, base).href,
        headers: createHttpHeaders({
          authorization: header.reveal(),
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        }),
        abortSignal: deadline,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      try {
        const response = await pipeline.sendRequest(client, request);
        return {
          status: response.status,
          headers: response.headers.toJSON(),
          body: response.bodyAsText ?? '',
        };
      } catch (error) {
        throw deadline.aborted ? new NetworkTrouble('timeout') : troubleOf(error);
      }
    },
  };
}
