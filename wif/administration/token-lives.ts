import type { Connection } from './connection.ts';
import { issuerKind } from './issuer.ts';

/**
 * How long a job stays signed in with the tokens of its beginning, in minutes. Seen in Microsoft's
 * tasks and in Azure CLI; for the tokens of Entra's issuer one public sample says a day.
 */
export interface TokenLives {
  /** Of the ID token: as long as it lives, every task and command can go on. */
  readonly idTokenMinutes: number;
  /** Of the access token of a command or task that asks for nothing else. */
  readonly accessTokenMinutes: number;
  readonly text: string;
}

const dayMinutes = 24 * 60;
/** A token with less than five minutes left is taken for expired; Entra gives 60 to 90. */
const minAppMinutes = 55;

/** The lives that the tokens of a connection have, or will have once it is converted. */
export function livesOf(
  connection: Pick<Connection, 'scheme' | 'issuer' | 'identityType' | 'creation'>,
): TokenLives | undefined {
  const issuer = issuerKind(connection);
  if (issuer === 'unknown') return undefined;
  // Azure DevOps gives every connection that it converts Entra's issuer.
  if (issuer !== 'azure-devops') {
    const text = 'ID token about a day (seen, not documented)';
    return { idTokenMinutes: dayMinutes, accessTokenMinutes: dayMinutes, text };
  }
  const isManaged = /^ManagedIdentity/i.test(connection.identityType ?? '');
  return isManaged
    ? {
        idTokenMinutes: 10,
        accessTokenMinutes: dayMinutes,
        text: 'ID token 10 min, access token about a day',
      }
    : {
        idTokenMinutes: 10,
        accessTokenMinutes: minAppMinutes,
        text: 'ID token 10 min, access token 55 to 85 min',
      };
}
