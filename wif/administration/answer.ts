import { oneLine } from '../../src/errors.ts';
import { isObject, parsed } from '../../src/json-text.ts';
import { NetworkTrouble } from '../../src/ports.ts';
import { AdministrationError, administrationError } from './errors.ts';
import type { ServiceName, Web, WebAnswer, WebRequest } from './web.ts';

/** What was asked for, in words for messages. */
export interface Purpose {
  /** Completes "Azure DevOps could not …". */
  readonly to: string;
  /** Permission that it takes, for whoever lacks it. */
  readonly needs: string;
}

/** What a service says with a refusal, fit to be shown. */
export interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string;
}

/** An answer that is JSON, or the service's refusal in its own terms. */
export type Reading =
  | { readonly value: unknown; readonly headers: Readonly<Record<string, string>> }
  | { readonly refusal: Refusal };

/** Sends and judges; a refusal of the service is an error. */
export async function ask(web: Web, request: WebRequest, purpose: Purpose): Promise<unknown> {
  return (await askWithHeaders(web, request, purpose)).value;
}

export async function askWithHeaders(
  web: Web,
  request: WebRequest,
  purpose: Purpose,
): Promise<{ readonly value: unknown; readonly headers: Readonly<Record<string, string>> }> {
  const reading = await consult(web, request, purpose);
  if ('refusal' in reading) throw refused(reading.refusal, web.service, purpose);
  return reading;
}

/** Sends, and judges all but what only the caller can: 4xx other than of sign-in and permission. */
export async function consult(web: Web, request: WebRequest, purpose: Purpose): Promise<Reading> {
  try {
    return readAnswer(await web.send(request), web.service, purpose);
  } catch (error) {
    if (!(error instanceof NetworkTrouble)) throw error;
    throw new AdministrationError({
      code: 'SERVICE_UNAVAILABLE',
      kind: 'transient',
      message: `${web.service} could not ${purpose.to}: there was no answer (${error.message}).`,
      remedy:
        error.reason === 'certificate'
          ? 'Let Node trust the authority of your network: NODE_EXTRA_CA_CERTS=<file.pem>.'
          : 'Check the network and HTTPS_PROXY, and run the command again.',
    });
  }
}

/** @throws {AdministrationError} for all trouble that does not depend on what was asked. */
export function readAnswer(answer: WebAnswer, service: ServiceName, purpose: Purpose): Reading {
  const { status, headers } = answer;
  if (isSignInPage(answer)) throw signInPage(service, purpose, status);
  if (status === 403) throw accessDenied(service, purpose, refusalOf(answer));
  if (status === 429 || status === 408 || status >= 500) throw outOfOrder(service, purpose, status);
  if (status >= 400) return { refusal: refusalOf(answer) };
  const value = parsed(answer.body);
  if (status >= 300 || value === undefined) {
    throw new AdministrationError({
      code: 'ANSWER_UNREADABLE',
      kind: 'transient',
      message: `${service} could not ${purpose.to}: its answer (HTTP ${status}) is no JSON.`,
      remedy: 'Look for a proxy or gateway in between, and run the command again.',
    });
  }
  return { value, headers };
}

/**
 * Azure DevOps answers a bad or foreign token with a page to sign in on: 203, a redirection, or a
 * page that looks like success.
 */
export function isSignInPage({ status, headers, body }: WebAnswer): boolean {
  if (status === 401 || status === 203) return true;
  const location = headers['location'] ?? '';
  if (status >= 300 && status < 400) return /sign-?in|login|oauth2/i.test(location);
  const isPage =
    /text\/html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(body);
  return status < 300 && isPage && /sign\s?in|login/i.test(body);
}

function signInPage(service: ServiceName, { to }: Purpose, status: number): AdministrationError {
  return administrationError(
    'SIGN_IN_PAGE',
    `${service} could not ${to}: it wants a new sign-in (HTTP ${status}).`,
    service === 'Azure DevOps'
      ? 'Sign in to the tenant of the organization (az login --tenant …), or give a personal access token of this organization that has not expired in AZURE_DEVOPS_EXT_PAT.'
      : 'Sign in again (az login --tenant …), to the tenant of the identity.',
  );
}

function accessDenied(
  service: ServiceName,
  { to, needs }: Purpose,
  { message }: Refusal,
): AdministrationError {
  return administrationError(
    'ACCESS_DENIED',
    `${service} could not ${to}: you may not (HTTP 403${said(message)}).`,
    `It takes ${needs}.`,
  );
}

function outOfOrder(service: ServiceName, { to }: Purpose, status: number): AdministrationError {
  const isThrottled = status === 429;
  return new AdministrationError({
    code: isThrottled ? 'SERVICE_THROTTLED' : 'SERVICE_UNAVAILABLE',
    kind: 'transient',
    message: `${service} could not ${to}: it ${isThrottled ? 'limits requests' : 'is out of order'} (HTTP ${status}), also after waiting.`,
    remedy: isThrottled
      ? 'Run the command again later, with a lower --concurrency where there is one.'
      : 'Run the command again; look at https://status.dev.azure.com and https://azure.status.microsoft.',
  });
}

/** A refusal that nobody had a better word for. */
export function refused(
  refusal: Refusal,
  service: ServiceName,
  { to, needs }: Purpose,
): AdministrationError {
  const { status, message } = refusal;
  const isMissing = status === 404;
  return administrationError(
    isMissing ? 'NOT_FOUND' : 'REQUEST_REFUSED',
    `${service} could not ${to} (HTTP ${status}${said(message)}).`,
    isMissing
      ? `Check the names and IDs. What you may not see looks the same as what there is not: it takes ${needs}.`
      : 'Correct what the message names, and run the command again.',
  );
}

function said(message: string): string {
  return message === '' ? '' : `: "${message}"`;
}

function refusalOf({ status, body }: WebAnswer): Refusal {
  const value = parsed(body);
  const error = recordOf(recordOf(value)['error']);
  const code = textOf(error['code']) ?? textOf(recordOf(value)['typeKey']);
  const message = textOf(error['message']) ?? textOf(recordOf(value)['message']) ?? '';
  return { status, code, message: shown(message) };
}

/** Foreign words as a terminal and a log may show them: one short line without anything secret. */
export function shown(text: string): string {
  const line = oneLine(text)
    .replace(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g, '***')
    .replace(/[\w+~=-]{32,}/g, (word) => (isGuid(word) ? word : '***'));
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The fields of a value; none where it is no object. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** A text that is not empty; the platforms keep what nobody filled in as empty texts. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The `value` of a list, as every one of the services wraps it. */
export function listOf(value: unknown): readonly unknown[] {
  const list = recordOf(value)['value'];
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}
