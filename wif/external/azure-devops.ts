import { WebApi } from 'azure-devops-node-api';
import { textOf } from '../../src/external/upstream/answer-text.ts';
import { within } from '../../src/external/upstream/deadline.ts';
import { troubleOf } from '../../src/external/upstream/network-trouble.ts';
import { NetworkTrouble } from '../../src/ports.ts';
import { readProxyAddress, type ProxyAddress } from '../../src/upstream/proxy-address.ts';
import { addressOf, type Web } from '../administration/web.ts';
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
export function azureDevOps(
  organization: URL,
  authorization: Authorization,
  proxy: string | undefined,
): Web {
  const through = proxy === undefined ? undefined : readProxyAddress(proxy);
  const { client } = new WebApi(
    organization.href,
    noCredentials,
    {
      // A redirection leads to a sign-in page, and would take the credential along.
      allowRedirects: false,
      // What may be repeated is not for a transport to decide.
      allowRetries: false,
      socketTimeout: timeoutMs,
      ...(through === undefined ? {} : { proxy: proxySettings(through) }),
    },
    { productName: 'wif', productVersion: '1', userAgent: 'wif' },
  ).rest;
  return {
    service: 'Azure DevOps',
    async send({ method, path, body }) {
      if (proxy !== undefined && through === undefined) {
        throw new NetworkTrouble('proxy address', 'HTTPS_PROXY');
      }
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

/** The header is set for each request, since tokens change during a long run. */
const noCredentials = {
  prepareRequest: (): void => undefined,
  canHandleAuthentication: (): boolean => false,
  handleAuthentication: (): Promise<never> => Promise.reject(new NetworkTrouble('connection')),
};

/** The client reads the proxy's address from the environment, but not the name and password in it. */
function proxySettings({ host, port, username, password }: ProxyAddress): {
  readonly proxyUrl: string;
  readonly proxyUsername?: string;
  readonly proxyPassword?: string;
} {
  return {
    proxyUrl: `${host}:${port}`,
    ...(username === undefined
      ? {}
      : { proxyUsername: username, proxyPassword: password?.reveal() ?? '' }),
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
