import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { issueAccessToken } from './access-tokens.ts';
import { issueConnectionToken } from './federation.ts';
import type { ServiceConnection } from './service-connections.ts';
import { clientName } from './user-agent.ts';
import type { World } from './world.ts';

/**
 * Kinds of machines with an identity of their own, and what each has in the environment of all that
 * runs on it (https://learn.microsoft.com/azure/app-service/overview-managed-identity,
 * https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
 */
export const machineKinds = [
  'Container Apps, App Service',
  'Azure Arc',
  'Azure ML',
  'Cloud Shell',
  'AKS',
] as const;
export type MachineKind = (typeof machineKinds)[number];

/** Someone who asked the machine for a token of its own identity. */
export interface MachineRequest {
  readonly at: Date;
  readonly client: string;
}

/** A machine of Azure that agents run on. */
export interface Machine {
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: readonly MachineRequest[];
  /** IDs of the access tokens that it has handed out. */
  readonly tokenIds: ReadonlySet<string>;
  close(): Promise<void>;
}

const secret = 'a1b2c3d4-0000-4000-8000-00000000c0de';

/** Starts a machine whose own identity is that of a connection which no job names. */
export async function openMachine(
  kind: MachineKind,
  own: ServiceConnection,
  world: World,
  folder: string,
): Promise<Machine> {
  const requests: MachineRequest[] = [];
  const tokenIds = new Set<string>();
  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    );
    requests.push({ at: new Date(), client: clientName(headers) });
    if (kind === 'Azure Arc' && headers['authorization'] === undefined) {
      // Whoever can read this file may have the token; here nobody can.
      const realm = '/var/opt/azcmagent/tokens/challenge.key';
      response.writeHead(401, { 'WWW-Authenticate': `Basic realm=${realm}` }).end();
      return;
    }
    const { token, tokenId, expiresOn, resource } = await issue(message, own, world);
    tokenIds.add(tokenId);
    const body = {
      access_token: token,
      expires_on: String(expiresOn),
      resource,
      token_type: 'Bearer',
      client_id: own.clientId,
    };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((message, response) => {
    answer(message, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: await environmentOf(kind, url, { own, world, folder }),
    requests,
    tokenIds,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function issue(
  message: IncomingMessage,
  { clientId }: ServiceConnection,
  world: World,
): Promise<ReturnType<typeof issueAccessToken> & { readonly resource: string }> {
  let form = '';
  for await (const chunk of message) form += String(chunk);
  const { searchParams } = new URL(message.url ?? '/', 'http://127.0.0.1');
  const resource = searchParams.get('resource') ?? new URLSearchParams(form).get('resource') ?? '';
  const application = world.applications.get(clientId);
  if (application === undefined) throw new Error('The machine has no identity.');
  return { ...issueAccessToken(application, resource, world), resource };
}

interface Whose {
  readonly own: ServiceConnection;
  readonly world: World;
  readonly folder: string;
}

async function environmentOf(
  kind: MachineKind,
  url: string,
  { own, world, folder }: Whose,
): Promise<Readonly<Record<string, string>>> {
  switch (kind) {
    case 'Container Apps, App Service':
      return {
        IDENTITY_ENDPOINT: `${url}/msi/token`,
        IDENTITY_HEADER: secret,
        MSI_ENDPOINT: `${url}/msi/token`,
        MSI_SECRET: secret,
      };
    case 'Azure Arc':
      return {
        IDENTITY_ENDPOINT: `${url}/metadata/identity/oauth2/token`,
        IMDS_ENDPOINT: url,
      };
    case 'Azure ML':
      return { MSI_ENDPOINT: `${url}/msi/token`, MSI_SECRET: secret };
    case 'Cloud Shell':
      return { MSI_ENDPOINT: `${url}/oauth2/token` };
    case 'AKS': {
      // The cluster's token for the pod's service account, which the machine's application trusts.
      const file = join(folder, 'azure-identity-token');
      await writeFile(file, issueConnectionToken(own, world, { clockSkewSeconds: 0 }).token);
      return {
        AZURE_CLIENT_ID: own.clientId,
        AZURE_TENANT_ID: own.tenantId,
        AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
        AZURE_FEDERATED_TOKEN_FILE: file,
      };
    }
  }
}
