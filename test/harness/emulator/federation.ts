import { randomBytes, randomUUID } from 'node:crypto';
import { signToken } from './jwt.ts';
import type { Distortion } from './message.ts';
import { azureDevOps } from './resources.ts';
import type { ServiceConnection } from './service-connections.ts';
import type { World } from './world.ts';

/** Audience that every federated credential of Azure Pipelines names. */
export const defaultAudience = 'api://AzureADTokenExchange';

/** The same audience as Entra writes it into the ID tokens that it issues itself. */
export const entraAudience = 'fb60f99c-7a34-4190-8149-302f77469936';

/** Azure DevOps' own application, 499b84ac-1321-427f-aa17-267ca6975798, in Entra's short form. */
const devopsApplication = 'rISbSSETf0KqFyZ8ppdXmA';

/** An ID token and what the journal may say of it. */
export interface IdToken {
  readonly token: string;
  readonly tokenId: string;
}

/** A GUID in 22 characters: its bytes in .NET's order, base64url. */
export function shortGuid(guid: string): string {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  const ordered = [3, 2, 1, 0, 5, 4, 7, 6].map((index) => bytes[index] ?? 0);
  return Buffer.concat([Buffer.from(ordered), bytes.subarray(8)]).toString('base64url');
}

/** The issuer in a connection's ID tokens. */
export const issuerUrl = (kind: 'azure-devops' | 'entra', world: World): string =>
  kind === 'entra'
    ? `https://login.microsoftonline.com/${world.tenantId}/v2.0`
    : `https://vstoken.dev.azure.com/${world.organization.id}`;

/** The subject in a connection's ID tokens. */
export function subjectOf(
  kind: 'azure-devops' | 'entra',
  connection: { readonly id: string; readonly name: string },
  world: World,
): string {
  const { name, id, project } = world.organization;
  return kind === 'entra'
    ? `/eid1/c/pub/t/${shortGuid(world.tenantId)}/a/${devopsApplication}/sc/${id}/${connection.id}`
    : `sc://${name}/${project.name}/${connection.name}`;
}

function times(world: World, distortion: Distortion): Readonly<Record<string, number>> {
  const iat = Math.floor(Date.now() / 1000) + distortion.clockSkewSeconds;
  const life = distortion.validitySeconds ?? world.lifetimes.idTokenSeconds;
  return { nbf: iat - 600, iat, exp: iat + life };
}

const runClaims = (world: World): Readonly<Record<string, string>> => ({
  org_id: world.organization.id,
  prj_id: world.organization.project.id,
  def_id: '7',
  rpo_id: world.organization.project.id,
  rpo_uri: `${world.organization.collectionUri}${world.organization.project.name}/_git/shop`,
  rpo_ver: '6f1f3f0e5a1c4f1e9b4b7a7d2d7f0c1b8e9a3d42',
  rpo_ref: 'refs/heads/main',
  run_id: '42',
});

function devopsToken(sub: string, world: World, distortion: Distortion): IdToken {
  const tokenId = randomUUID();
  const claims = {
    jti: tokenId,
    sub,
    aud: defaultAudience,
    ...runClaims(world),
    iss: issuerUrl('azure-devops', world),
    ...times(world, distortion),
  };
  return { token: signToken(world.keys.devopsIssuer, claims), tokenId };
}

function entraToken(sub: string, world: World, distortion: Distortion): IdToken {
  const tokenId = randomBytes(16).toString('base64url');
  const claims = {
    aud: entraAudience,
    iss: issuerUrl('entra', world),
    ...times(world, distortion),
    azp: azureDevOps,
    idtyp: 'app',
    sub,
    tid: world.tenantId,
    uti: tokenId,
    ver: '2.0',
  };
  return { token: signToken(world.keys.entra, claims), tokenId };
}

function registered(issued: IdToken, world: World): IdToken {
  world.issued.push({ kind: 'id-token', value: issued.token });
  return issued;
}

/** An ID token for a connection, from the issuer that the connection has. */
export function issueConnectionToken(
  connection: ServiceConnection,
  world: World,
  distortion: Distortion,
): IdToken {
  const make = connection.issuerKind === 'entra' ? entraToken : devopsToken;
  return registered(make(connection.subject, world, distortion), world);
}

/** The ID token that a request without a connection gets: it names the pipeline. */
export function issuePipelineToken(world: World, distortion: Distortion): IdToken {
  const { name, project } = world.organization;
  return registered(devopsToken(`p://${name}/${project.name}/deploy`, world, distortion), world);
}
