import { devopsIssuer, entraConfiguration, entraKeys } from '../discovery.ts';
import type { PublishedKey } from '../jwt.ts';
import type { EmulatorRequest, EmulatorResponse } from '../message.ts';
import type { World } from '../world.ts';

const requestFor = (url: URL, params: Readonly<Record<string, string>>): EmulatorRequest => ({
  host: url.hostname,
  method: 'GET',
  path: url.pathname,
  target: url.pathname,
  query: url.searchParams,
  headers: {},
  body: Buffer.alloc(0),
  params,
  distortion: { clockSkewSeconds: 0 },
});

/** What the issuers of this emulator publish at a URL; undefined where none of them publishes. */
function published(address: string, world: World): EmulatorResponse | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== 'https:') return undefined;
  const [azure] = world.clouds;
  const paths: readonly (readonly [
    host: string,
    pattern: RegExp,
    answer: (request: EmulatorRequest, world: World) => EmulatorResponse,
  ])[] = [
    [
      'vstoken.dev.azure.com',
      /^\/(?<organization>[^/]+)\/\.well-known\/(?<document>openid-configuration|jwks)$/,
      devopsIssuer,
    ],
    [
      'login.microsoftonline.com',
      /^\/(?<tenant>[^/]+)(?<version>\/v2\.0)\/\.well-known\/openid-configuration$/,
      entraConfiguration(azure),
    ],
    ['login.microsoftonline.com', /^\/(?<tenant>[^/]+)\/discovery\/v2\.0\/keys$/, entraKeys],
  ];
  for (const [host, pattern, answer] of paths) {
    const groups = host === url.hostname ? pattern.exec(url.pathname)?.groups : undefined;
    if (groups) return answer(requestFor(url, groups), world);
  }
  return undefined;
}

function objectAt(address: string, world: World): Readonly<Record<string, unknown>> {
  const answer = published(address, world);
  if (answer?.status !== 200) return {};
  return JSON.parse(answer.body.toString()) as Readonly<Record<string, unknown>>;
}

/**
 * The keys of an issuer as a cloud finds them: by its configuration document, which must name that
 * very issuer, and the address in it. None where any of that is missing.
 */
export function discoveredKeys(issuer: string, world: World): readonly PublishedKey[] {
  const configuration = objectAt(`${issuer}/.well-known/openid-configuration`, world);
  const { issuer: named, jwks_uri: address } = configuration;
  if (named !== issuer || typeof address !== 'string') return [];
  const { keys } = objectAt(address, world);
  return Array.isArray(keys) ? (keys as readonly PublishedKey[]) : [];
}
