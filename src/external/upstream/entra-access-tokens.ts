import type { ClientAssertionCredential } from '@azure/identity';
import {
  NetworkTrouble,
  type EntraAccessTokens,
  type ExchangeOutcome,
  type ExchangeRequest,
  type NetworkSettings,
} from '../../ports.ts';
import { Secret } from '../../secret.ts';
import { everyStatus, textOf } from './answer-text.ts';
import { within } from './deadline.ts';
import { EarlyConnection } from './early-connection.ts';
import { isBehindProxy, proxyFor, trusting } from './network-settings.ts';
import { troubleOf } from './network-trouble.ts';

/** What the last answer of Entra was, as far as anyone may know it. */
interface Observed {
  status?: number;
  headers: Readonly<Record<string, string>>;
  aadsts: readonly number[];
  correlationId?: string;
  /** Why no answer came, before the library made a text of it. */
  trouble?: NetworkTrouble;
}

/** What a refusal of Entra may hold, as far as it is read. */
interface Refusal {
  readonly error_codes?: unknown;
  readonly error_description?: unknown;
  readonly correlation_id?: unknown;
}

/** How Entra is reached. */
interface Way {
  readonly network: NetworkSettings;
  readonly early: EarlyConnection | undefined;
}

type CredentialOptions = NonNullable<ConstructorParameters<typeof ClientAssertionCredential>[3]>;
type Policy = NonNullable<CredentialOptions['additionalPolicies']>[number]['policy'];

/**
 * Exchanges through Azure's own library. A credential is made for each exchange, because the
 * library would answer a second one from its cache, and refreshing is our business.
 */
export function entraThrough(network: NetworkSettings): EntraAccessTokens {
  let early: EarlyConnection | undefined;
  return {
    dial(authorityHost) {
      if (isBehindProxy(authorityHost, network)) return;
      early = new EarlyConnection(authorityHost, trusting(network).requestOverrides ?? {});
    },

    async exchange(request) {
      const observed: Observed = { headers: {}, aadsts: [] };
      const deadline = AbortSignal.timeout(Math.ceil(request.timeoutMs));
      try {
        const { token, expiresOn } = await within(
          deadline,
          ask(request, { network, early }, observed, deadline),
        );
        return { granted: true, token: new Secret(token), expiresOn };
      } catch (error) {
        return refusalOf(error, observed, deadline.aborted);
      }
    },
  };
}

async function ask(
  { authorityHost, tenantId, clientId, clientAssertion, scope }: ExchangeRequest,
  { network, early }: Way,
  observed: Observed,
  abortSignal: AbortSignal,
): Promise<{ token: string; expiresOn: Date }> {
  const proxy = proxyFor(authorityHost, network);
  const isDirect = proxy === 'direct';
  // Large, and not needed before there is an ID token.
  const { ClientAssertionCredential } = await import('@azure/identity');
  const credential = new ClientAssertionCredential(
    tenantId,
    clientId,
    () => Promise.resolve(clientAssertion.reveal()),
    {
      authorityHost: authorityHost.href,
      // The connection says which authority it trusts; nobody else is asked about that.
      disableInstanceDiscovery: true,
      retryOptions: { maxRetries: 0 },
      // A redirect would carry the client assertion to a host that nobody has checked.
      redirectOptions: { maxRetries: 0 },
      additionalPolicies: [
        { policy: truster({ network, early, isDirect }), position: 'perRetry' },
        { policy: observer(observed, abortSignal), position: 'perRetry' },
      ],
      // By itself the library reads the environment, by rules of its own.
      proxyOptions: isDirect ? unused : proxy,
    },
  );
  const { token, expiresOnTimestamp } = await credential.getToken(scope, { abortSignal });
  const expiresOn = new Date(expiresOnTimestamp);
  // The library passes on what stands in the answer, whatever it is.
  const isText = typeof (token as unknown) === 'string' && token !== '';
  if (!isText || Number.isNaN(expiresOn.getTime())) throw new TypeError('no access token');
  return { token, expiresOn };
}

/** A proxy that no request takes. */
const unused = { host: 'http://127.0.0.1', port: 9 };

/** Has each request trust the agent's own authorities too, and take the connection that is there. */
function truster({ network, early, isDirect }: Way & { isDirect: boolean }): Policy {
  return {
    name: 'truster',
    sendRequest: (request, next) =>
      next(Object.assign(request, trusting(network), isDirect ? { agent: early } : {})),
  };
}

/**
 * Sees status and error numbers, which the library keeps only as part of a text, and reads the
 * answer itself, since the library would read it without a limit.
 */
function observer(observed: Observed, deadline: AbortSignal): Policy {
  return {
    name: 'observer',
    async sendRequest(request, next) {
      try {
        request.streamResponseStatusCodes = everyStatus;
        const { readableStreamBody, ...response } = await next(request);
        const bodyAsText = await textOf({ ...response, readableStreamBody }, deadline);
        observed.status = response.status;
        observed.headers = response.headers.toJSON();
        Object.assign(observed, numbersIn(bodyAsText));
        return { ...response, bodyAsText };
      } catch (error) {
        observed.trouble = troubleOf(error);
        throw error;
      }
    },
  };
}

function numbersIn(body: string): Partial<Observed> {
  try {
    const answer = JSON.parse(body) as Refusal;
    const { correlation_id: id } = answer;
    return {
      aadsts: aadstsOf(answer),
      ...(typeof id === 'string' && /^[\w-]{8,64}$/.test(id) ? { correlationId: id } : {}),
    };
  } catch {
    return {};
  }
}

/** Entra's numbers, from its list; from its description where a gateway dropped the list. */
function aadstsOf({ error_codes: codes, error_description: text }: Refusal): readonly number[] {
  const listed = (Array.isArray(codes) ? codes : [])
    .map((code: unknown) => (isNumeral(code) ? Number(code) : code))
    .filter((code): code is number => Number.isSafeInteger(code) && Number(code) > 0);
  if (listed.length > 0 || typeof text !== 'string') return listed;
  return [...text.matchAll(/\bAADSTS(\d{5,7})\b/g)].map(([, number]) => Number(number));
}

function isNumeral(code: unknown): code is string {
  return typeof code === 'string' && /^\d{5,7}$/.test(code);
}

function refusalOf(error: unknown, observed: Observed, isTimeout: boolean): ExchangeOutcome {
  const { status, headers, aadsts, correlationId } = observed;
  // No answer at all, or none after a good one: the trouble is on the way.
  const hasRefusal = status !== undefined && status >= 400;
  const trouble = isTimeout
    ? new NetworkTrouble('timeout')
    : (observed.trouble ?? troubleOf(error));
  return {
    granted: false,
    status,
    headers,
    aadsts,
    correlationId,
    trouble: hasRefusal || (status !== undefined && !isTimeout) ? undefined : trouble,
  };
}
