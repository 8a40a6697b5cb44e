import type { Secret } from '../secret.ts';

/** The loopback endpoints of one service connection, with what opens them. */
export interface Endpoints {
  /** Has a query already: some clients append `&audience=…` to it as text. */
  readonly idTokenUrl: string;
  readonly idTokenCapability: Secret;
  /** Has no query: clients append `?api-version=…` to it as text. */
  readonly managedIdentityUrl: string;
  readonly managedIdentityCapability: Secret;
}

/** The paths behind {@link Endpoints}, below `http://127.0.0.1:port`. */
export const endpointPaths = {
  idToken: (connectionId: string): string => `/connections/${connectionId}/id-token`,
  managedIdentity: (connectionId: string): string => `/connections/${connectionId}/msi`,
} as const;

const anyBroker = 'http://127\\.0\\.0\\.1:\\d{1,5}';
const anyConnection = '[0-9a-f-]{36}';

/** Whether a managed identity endpoint is one of a broker's, of whichever job. */
export function isManagedIdentityEndpoint(url: string): boolean {
  return new RegExp(`^${anyBroker}${endpointPaths.managedIdentity(anyConnection)}$`).test(url);
}

/** Whether an ID token URL is one of a broker's, of whichever job. */
export function isIdTokenEndpoint(url: string): boolean {
  return new RegExp(`^${anyBroker}${endpointPaths.idToken(anyConnection)}\\?`).test(url);
}
