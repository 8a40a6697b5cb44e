import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator, type Job, type ServiceConnection } from './emulator.ts';
import { readToken, type Claims } from './jwt.ts';
import { askThrough, type Answer } from './through-proxy.ts';

/** Steps of the flow, as the emulator's own tests take them. */
export interface Workplace {
  readonly emulator: Emulator;
  askForIdToken(job: Job, connection: ServiceConnection): Promise<Answer>;
  idToken(connection: ServiceConnection): Promise<string>;
  exchange(connection: ServiceConnection, wish?: Exchange): Promise<Answer>;
  accessToken(connection: ServiceConnection, scope?: string): Promise<string>;
  close(): Promise<void>;
}

/** What differs from the usual exchange. */
export interface Exchange {
  readonly assertion?: string;
  readonly scope?: string;
  readonly authority?: string;
  readonly tenantId?: string;
  readonly form?: Readonly<Record<string, string>>;
}

/** A text member of an answer. */
export function textOf(answer: Answer, name: string): string {
  const value = answer.json[name];
  if (typeof value !== 'string') throw new Error(`No ${name} in: ${answer.text}`);
  return value;
}

/** What a token claims, unproven. */
export function claimsOf(token: string): Claims {
  const read = readToken(token);
  if (!read) throw new Error('That is no token.');
  return read.claims;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const exchangeForm = (
  connection: ServiceConnection,
  assertion: string,
  wish: Exchange,
): URLSearchParams =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: connection.clientId,
    client_assertion_type: assertionType,
    client_assertion: assertion,
    scope: wish.scope ?? 'https://management.azure.com/.default',
    ...wish.form,
  });

/** Starts an emulator in a folder of its own, for one test file. */
export async function openWorkplace(blobStorage = false): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'));
  const emulator = await startEmulator({ folder, blobStorage });
  const askForIdToken: Workplace['askForIdToken'] = (job, connection) =>
    askThrough(
      emulator,
      `${job.oidcRequestUri}?api-version=7.1&serviceConnectionId=${connection.id}`,
      {
        body: '{}',
        bearer: job.jobAccessToken,
        headers: { 'X-TFS-FedAuthRedirect': 'Suppress' },
      },
    );
  const idToken: Workplace['idToken'] = async (connection) =>
    textOf(
      await askForIdToken(emulator.startJob({ connections: [connection] }), connection),
      'oidcToken',
    );
  const exchange: Workplace['exchange'] = async (connection, wish = {}) => {
    const authority = wish.authority ?? 'https://login.microsoftonline.com';
    const assertion = wish.assertion ?? (await idToken(connection));
    const url = `${authority}/${wish.tenantId ?? connection.tenantId}/oauth2/v2.0/token`;
    return askThrough(emulator, url, { body: exchangeForm(connection, assertion, wish) });
  };
  return {
    emulator,
    askForIdToken,
    idToken,
    exchange,
    accessToken: async (connection, scope) =>
      textOf(await exchange(connection, scope === undefined ? {} : { scope }), 'access_token'),
    close: async () => {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
