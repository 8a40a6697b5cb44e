import { WebApi } from 'azure-devops-node-api';
import { addressOf, type Web, type WebAnswer } from '../../src/administration/web.ts';
import { troubleOf } from '../../src/external/network-trouble.ts';
import { NetworkTrouble } from '../../src/ports.ts';
import type { Authorization } from './credentials.ts';

const timeoutMs = 60_000;

/**
 * Azure DevOps, through Microsoft's own client. Its raw side is used: the typed one hides the
 * headers (`Retry-After`, continuation tokens), drops what comes with a 404, and puts whole answers
 * into the texts of its errors.
 */
export function azureDevOps(
  organization: URL,
  authorization: Authorization,
  proxy: URL | undefined,
): Web {
  const { client } = new WebApi(
    organization.href,
    noCredentials,
    {
      // A redirection leads to a sign-in page, and would take the credential along.
      allowRedirects: false,
      // What may be repeated is not for a transport to decide.
      allowRetries: false,
      socketTimeout: timeoutMs,
      ...(proxy === undefined ? {} : { proxy: proxySettings(proxy) }),
    },
    { productName: 'wif', productVersion: '1', userAgent: 'wif' },
  ).rest;
  return {
    service: 'Azure DevOps',
    async send({ method, path, body }) {
      const headers = {
        authorization: (await authorization()).reveal(),
        accept: 'application/json',
        // Without it a bad token is answered by a page to sign in on.
        'x-tfs-fedauthredirect': 'Suppress',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const url = addressOf(path, organization).href;
      const data = body === undefined ? '' : JSON.stringify(body);
      return inTime(async () => {
        const response = await client.request(method, url, data, headers);
        return {
          status: response.message.statusCode ?? 0,
          headers: plain(response.message.headers),
          body: await response.readBody(),
        };
      });
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
function proxySettings(proxy: URL): {
  readonly proxyUrl: string;
  readonly proxyUsername?: string;
  readonly proxyPassword?: string;
} {
  return {
    proxyUrl: proxy.origin,
    ...(proxy.username === ''
      ? {}
      : {
          proxyUsername: decodeURIComponent(proxy.username),
          proxyPassword: decodeURIComponent(proxy.password),
        }),
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

/** The client's own timeout is for silence only; a body that drips would hold it for ever. */
async function inTime(work: () => Promise<WebAnswer>): Promise<WebAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const cut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NetworkTrouble('timeout')), timeoutMs);
  });
  try {
    return await Promise.race([work(), cut]);
  } catch (error) {
    throw troubleOf(error);
  } finally {
    clearTimeout(timer);
  }
}
