import { WebApi } from 'azure-devops-node-api';
import type { IRequestHandler } from 'azure-devops-node-api/interfaces/common/VsoBaseInterfaces.js';
import { textOf } from '../../src/external/upstream/answer-text.ts';
import { within } from '../../src/external/upstream/deadline.ts';
import { troubleOf } from '../../src/external/upstream/network-trouble.ts';
import { NetworkTrouble } from '../../src/ports.ts';
import { addressOf, type Web } from '../administration/web.ts';
import { connectionsTo } from './connections.ts';
import type { Authorization } from './credentials.ts';

/** For a whole exchange; the client's own timeout is for silence only. */
const timeoutMs = 60_000;

/** Enough for a project with many thousand connections. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Azure DevOps, through Microsoft's own client. Its raw side is used: the typed one hides the
 * headers (`Retry-After`, continuation tokens), drops what comes with a 404, and puts whole answers
 * into the texts of its errors.
 */
export function azureDevOps(organization: URL, authorization: Authorization): Web {
  const { client } = new WebApi(
    organization.href,
    ourConnections(organization),
    {
      // A redirection leads to a sign-in page, and would take the credential along.
      allowRedirects: false,
      // What may be repeated is not for a transport to decide.
      allowRetries: false,
      socketTimeout: timeoutMs,
      // Connections come with each request; the client need not read the environment for a proxy.
      proxy: { proxyUrl: '' },
    },
    { productName: 'wif', productVersion: '1', userAgent: 'wif' },
  ).rest;
  return {
    service: 'Azure DevOps',
    async send({ method, path, body }) {
      const headers = {
        authorization: (await authorization()).reveal(),
        accept: 'application/json',
        // It is read as it comes, and not unpacked.
        'accept-encoding': 'identity',
        // Without it a bad token is answered by a page to sign in on.
        'x-tfs-fedauthredirect': 'Suppress',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const url = addressOf(path, organization).href;
      const data = body === undefined ? '' : JSON.stringify(body);
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { message } = await within(deadline, client.request(method, url, data, headers));
        return {
          status: message.statusCode ?? 0,
          headers: plain(message.headers),
          body: await textOf({ readableStreamBody: message }, deadline, maxBytes),
        };
      } catch (error) {
        throw deadline.aborted ? new NetworkTrouble('timeout') : troubleOf(error);
      }
    },
  };
}

/**
 * What the client asks before each request. By itself the client dials anew each time. Its own
 * credential would stay the same for a whole run, but tokens change during a long one.
 */
function ourConnections(organization: URL): IRequestHandler {
  return {
    prepareRequest: (options) => {
      options.agent = connectionsTo(organization);
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new NetworkTrouble('connection')),
  };
}

function plain(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
