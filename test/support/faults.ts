import type { FailureKind } from '../../src/errors.ts';
import { NetworkTrouble, type Clock } from '../../src/ports.ts';
import { anAnswer } from './builders.ts';
import { refused, type DevOpsFault, type EntraFault } from './upstream.ts';

interface FaultFacts {
  readonly name: string;
  readonly kind: FailureKind;
  /** What the failure is called that a client is told of. */
  readonly code: string;
  /** The service asks for this pause, in ms, or answers so late. */
  readonly slackMs?: number;
}

export type Fault =
  | (FaultFacts & { readonly service: 'devops'; readonly fault: DevOpsFault })
  | (FaultFacts & { readonly service: 'entra'; readonly fault: EntraFault });

/**
 * Every way in which Azure DevOps and Entra are known to fail, as the broker sees it: behind its two
 * ports some are the same. A body that does not end is a timeout, a reset is one with and without
 * TLS, and of a page in place of Entra's answer only the status is told. `broker-breaker.test.ts`
 * and the tests of both ports play these on the wire.
 */
export function faults(clock: Clock): readonly Fault[] {
  const httpDate = (inMs: number): string =>
    new Date(clock.now().getTime() + inMs).toUTCString().replace('UTC', 'GMT');
  const hang = async (timeoutMs: number): Promise<NetworkTrouble> => {
    await clock.sleep(timeoutMs);
    return new NetworkTrouble('timeout');
  };

  const devOps = (
    name: string,
    code: string,
    fault: DevOpsFault,
    slackMs = 0,
    kind: Fault['kind'] = 'transient',
  ): Fault => ({ service: 'devops', name, code, kind, fault, slackMs });
  const status = (number: number, headers = {}, body = ''): DevOpsFault => {
    return () => anAnswer({ status: number, headers, body });
  };
  const entra = (
    name: string,
    code: string,
    fault: EntraFault,
    slackMs = 0,
    kind: Fault['kind'] = 'transient',
  ): Fault => ({ service: 'entra', name, code, kind, fault, slackMs });

  const html = '<!DOCTYPE html><html><body>Sign in</body></html>';
  const unreadable = 'DEVOPS_ANSWER_UNREADABLE';
  return [
    devOps('429 with seconds', 'DEVOPS_THROTTLED', status(429, { 'retry-after': '12' }), 12_000),
    devOps(
      '429 with a date',
      'DEVOPS_THROTTLED',
      () => anAnswer({ status: 429, headers: { 'retry-after': httpDate(12_000) } }),
      12_000,
    ),
    devOps(
      '429 with a delay',
      'DEVOPS_THROTTLED',
      status(429, { 'x-ratelimit-delay': '7.5' }),
      7_500,
    ),
    devOps('500', 'DEVOPS_UNAVAILABLE', status(500)),
    devOps('502', 'DEVOPS_UNAVAILABLE', status(502, { 'content-type': 'text/html' }, html)),
    devOps('503', 'DEVOPS_UNAVAILABLE', status(503, { 'retry-after': '3' })),
    devOps('a lost permission', 'DEVOPS_UNAVAILABLE', () =>
      anAnswer({ status: 403, body: '{"typeKey":"TaskOrchestrationPlanSecurityException"}' }),
    ),
    devOps('a reset', 'DEVOPS_UNAVAILABLE', () => new NetworkTrouble('connection', 'ECONNRESET')),
    devOps(
      'a TLS handshake that breaks',
      'DEVOPS_UNAVAILABLE',
      () => new NetworkTrouble('connection', 'EPROTO'),
    ),
    devOps('408', 'DEVOPS_UNAVAILABLE', status(408)),
    devOps('a timeout', 'DEVOPS_UNAVAILABLE', ({ timeoutMs }) => hang(timeoutMs), 45_000),
    ...(['certificate', 'host name'] as const).map((reason) =>
      devOps(
        `a wrong ${reason}`,
        'DEVOPS_UNAVAILABLE',
        () => new NetworkTrouble(reason),
        0,
        'misconfigured',
      ),
    ),
    devOps(
      'the address of a proxy',
      'PROXY_ADDRESS_INVALID',
      () => new NetworkTrouble('proxy address'),
      0,
      'misconfigured',
    ),
    ...[400, 401, 403, 404].map((number) =>
      devOps(
        `${number} in the first moments of a job`,
        'JOB_PENDING',
        status(number, {}, `{"message":"Can't issue ID_TOKEN for job in 'Pending' state"}`),
      ),
    ),
    devOps('an endless answer', 'DEVOPS_UNAVAILABLE', () => new NetworkTrouble('too large')),
    devOps('302 to a sign-in page', 'DEVOPS_SIGN_IN_PAGE', status(302, { location: 'https://x' })),
    devOps('203 with a page', 'DEVOPS_SIGN_IN_PAGE', status(203, {}, html)),
    devOps('200 with a page', 'DEVOPS_SIGN_IN_PAGE', status(200, {}, html)),
    devOps('a truncated answer', unreadable, (_, good) => {
      const answer = good();
      return { ...answer, body: answer.body.slice(0, -10) };
    }),
    devOps('an empty answer', unreadable, status(200)),
    devOps('an empty object', unreadable, status(200, {}, '{}')),
    devOps('a token that is none', unreadable, status(200, {}, '{"oidcToken":"a.b.c"}')),
    devOps('401', 'JOB_TOKEN_REFUSED', status(401), 0, 'definite'),
    devOps('407', 'PROXY_SIGN_IN_REFUSED', status(407), 0, 'definite'),
    devOps('403', 'ID_TOKEN_REFUSED', status(403), 0, 'unknown'),
    devOps('404', 'CONNECTION_NOT_FOUND', status(404), 0, 'definite'),
    devOps(
      'a connection without reference',
      'CONNECTION_NOT_REFERENCED',
      status(400, {}, '{"value":"There is no explicit reference to service connection x from y."}'),
      0,
      'definite',
    ),
    entra(
      '429 with seconds',
      'ENTRA_THROTTLED',
      () => refused({ status: 429, headers: { 'retry-after': '12' } }),
      12_000,
    ),
    entra(
      '429 with a date',
      'ENTRA_THROTTLED',
      () => refused({ status: 429, headers: { 'retry-after': httpDate(12_000) } }),
      12_000,
    ),
    entra('408', 'ENTRA_UNAVAILABLE', () => refused({ status: 408 })),
    entra('500', 'ENTRA_UNAVAILABLE', () => refused({ status: 500 })),
    entra('503', 'ENTRA_UNAVAILABLE', () => refused({ status: 503 })),
    entra('200 with a page or nothing', 'ENTRA_UNAVAILABLE', () => refused({ status: 200 })),
    entra('302 to a sign-in page', 'ENTRA_UNAVAILABLE', () => refused({ status: 302 })),
    entra('a reset', 'ENTRA_UNAVAILABLE', () =>
      refused({ trouble: new NetworkTrouble('connection', 'ECONNRESET') }),
    ),
    entra('a TLS handshake that breaks', 'ENTRA_UNAVAILABLE', () =>
      refused({ trouble: new NetworkTrouble('connection', 'EPROTO') }),
    ),
    ...(['certificate', 'host name', 'proxy address'] as const).map((reason) =>
      entra(
        `a wrong ${reason}`,
        reason === 'proxy address' ? 'PROXY_ADDRESS_INVALID' : 'ENTRA_UNAVAILABLE',
        () => refused({ trouble: new NetworkTrouble(reason) }),
        0,
        'misconfigured',
      ),
    ),
    entra('an endless answer', 'ENTRA_UNAVAILABLE', () =>
      refused({ trouble: new NetworkTrouble('too large') }),
    ),
    entra(
      'a timeout',
      'ENTRA_UNAVAILABLE',
      async ({ timeoutMs }) => refused({ trouble: await hang(timeoutMs) }),
      45_000,
    ),
    ...[50087, 50166, 50196, 90006, 90012, 90024, 90033, 90055, 90061, 90090, 90091, 7000272].map(
      (number) =>
        entra(`the passing trouble ${number}`, `AADSTS${number}`, () =>
          refused({ status: 400, aadsts: [number] }),
        ),
    ),
    ...[
      65001, 70021, 70025, 500011, 501051, 700016, 700211, 700212, 700213, 700214, 7000229, 7002138,
    ].map((number) =>
      entra(
        `${number}, which may be new`,
        `AADSTS${number}`,
        () => refused({ status: 401, aadsts: [number] }),
        0,
        'settling',
      ),
    ),
    entra(
      'a number that nobody knows',
      'AADSTS123456',
      () => refused({ status: 400, aadsts: [123456] }),
      0,
      'unknown',
    ),
    // Which has the broker ask for another ID token, too.
    entra('an ID token out of its time', 'AADSTS700024', () =>
      refused({ status: 401, aadsts: [700024] }),
    ),
    entra('407', 'PROXY_SIGN_IN_REFUSED', () => refused({ status: 407 }), 0, 'definite'),
    ...[53003, 90002].map((number) =>
      entra(
        'a definite no',
        `AADSTS${number}`,
        () => refused({ status: 401, aadsts: [number] }),
        0,
        'definite',
      ),
    ),
  ];
}
