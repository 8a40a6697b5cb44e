import { signInPage, signInRedirect } from './azure-devops.ts';
import type { FaultKind } from './faults.ts';
import { html, json, type Distortion, type EmulatorResponse } from './message.ts';

/** How the bytes go out. */
export type Delivery =
  'whole' | 'reset' | 'silence' | 'slow-body' | 'cut-off' | { readonly delayMs: number };

const oversizedBytes = 8 * 1024 * 1024;

/** What a fault changes in the tokens that the handler makes. */
export function distortionOf(kind: FaultKind | undefined): Distortion {
  const none = { clockSkewSeconds: 0 };
  if (typeof kind !== 'object') return none;
  if ('clockSkewSeconds' in kind) return kind;
  if ('validitySeconds' in kind) return { ...none, validitySeconds: kind.validitySeconds };
  return 'aadsts' in kind ? { ...none, aadsts: kind.aadsts } : none;
}

const retryAfter = (seconds: number, asDate: boolean): string =>
  asDate ? new Date(Date.now() + seconds * 1000).toUTCString() : String(seconds);

function failure(kind: Extract<FaultKind, { readonly status: number }>): EmulatorResponse {
  const { status, retryAfterSeconds, asDate } = kind;
  const message =
    status === 429
      ? 'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource.'
      : `The service is in trouble (${status}).`;
  const headers =
    retryAfterSeconds === undefined
      ? {}
      : { 'Retry-After': retryAfter(retryAfterSeconds, asDate === true) };
  return json(status, { $id: '1', message, typeKey: 'EmulatedFault' }, headers);
}

/** The answer that a fault gives in place of the handler's; undefined where the handler is asked. */
export function insteadOf(kind: FaultKind | undefined): EmulatorResponse | undefined {
  if (typeof kind === 'object') return 'status' in kind ? failure(kind) : undefined;
  switch (kind) {
    case 'reset':
    case 'silence':
      return { status: 0, headers: {}, body: '' };
    case 'sign-in-redirect':
      return signInRedirect();
    case 'sign-in-page':
      return signInPage();
    case 'html':
      return html(200, 'Service unavailable');
    case 'empty':
      return { status: 200, headers: { 'Content-Type': 'application/json' }, body: '' };
    case 'no-token':
      return json(200, {});
    case 'tls-reset':
    case 'slow-body':
    case 'truncated':
    case 'cut-off':
    case 'oversized':
    case 'garbage-token':
    case undefined:
      return undefined;
  }
}

function half(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

const padded = (body: string): string =>
  body.replace(/\}$/, `,"padding":"${'x'.repeat(oversizedBytes)}"}`);

/** The handler's answer as a fault leaves it. */
export function spoiled(answer: EmulatorResponse, kind: FaultKind | undefined): EmulatorResponse {
  if (kind === 'truncated') return { ...answer, body: half(answer.body) };
  if (kind === 'oversized') return { ...answer, body: padded(answer.body.toString()) };
  if (kind === 'garbage-token') {
    const body = answer.body.toString().replace(/"(oidcToken|access_token)":"[^"]*"/, '"$1":"!"');
    return { ...answer, body };
  }
  if (typeof kind === 'object' && 'headers' in kind) {
    return { ...answer, headers: { ...answer.headers, ...kind.headers } };
  }
  return answer;
}

/** How the bytes go out under a fault. */
export function deliveryOf(kind: FaultKind | undefined): Delivery {
  if (typeof kind === 'object') return 'delayMs' in kind ? kind : 'whole';
  const special = ['reset', 'silence', 'slow-body', 'cut-off'] as const;
  return special.find((delivery) => delivery === kind) ?? 'whole';
}
