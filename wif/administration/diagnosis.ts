import { isOfPublicCloud } from './cloud.ts';
import { assignRoleCommand, createCredentialCommand } from './commands.ts';
import {
  isFederated,
  isForAzureDevOps,
  trustOf,
  type Connection,
  type Trust,
} from './connection.ts';
import {
  compareCredentials,
  credentialsOf,
  maxCredentials,
  type FederatedCredential,
} from './federated-credentials.ts';
import {
  appFindings,
  hint,
  issuerFindings,
  ok,
  problem,
  schemeFindings,
  stateFindings,
  unknown,
  type Finding,
} from './findings.ts';
import { guarded } from './guarded.ts';
import { identityOf, type Directory, type Identity } from './identity.ts';
import type { Membership } from './organization-user.ts';
import { rolesOf } from './roles.ts';
import { scopeOf } from './scope.ts';
import { userFindings } from './user-findings.ts';

/** All that is known of a connection. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly identity: Identity | undefined;
  /** What Azure DevOps will send, as far as it tells. */
  readonly sends: Trust | undefined;
  /** The federated credential is missing, and nothing stands in its way. */
  readonly canFix: boolean;
}

/** What a diagnosis needs to know beside the connection. */
export interface DiagnosisWorld {
  readonly directory: Directory;
  /** Asked about connections to Azure DevOps only. */
  readonly membership: Membership;
  readonly organization: string;
  readonly now: Date;
  /** Whether it is to have a role already; else a missing one is told as a hint. */
  readonly needsRole: boolean;
}

/** Compares what Azure DevOps will send with what the identity trusts, and looks for its roles. */
export async function diagnose(connection: Connection, world: DiagnosisWorld): Promise<Diagnosis> {
  const findings = [...schemeFindings(connection, world)];
  const sends = trustOf(connection);
  const state = stateFindings(connection);
  if (!isOfPublicCloud(connection)) {
    const issuer = issuerFindings(connection, undefined, world.organization);
    findings.push(...issuer, ...state, otherCloud(connection));
    return { findings, identity: undefined, sends, canFix: false };
  }
  const who: Finding[] = [];
  const identity = await identityFinding(connection, world.directory, who);
  findings.push(...issuerFindings(connection, identity, world.organization), ...state, ...who);
  let canFix = false;
  if (identity !== undefined) {
    if (isFederated(connection)) {
      canFix = await credentialFinding(connection, identity, sends, world.directory, findings);
      if (identity.kind === 'app registration') findings.push(...appFindings(connection, identity));
    }
    if (!isForAzureDevOps(connection)) await roleFinding(connection, identity, world, findings);
  }
  if (isForAzureDevOps(connection))
    findings.push(...(await userFindings(connection, identity, world)));
  return { findings, identity, sends, canFix };
}

/** Whether everything is known and right. */
export function isHealthy({ findings }: Diagnosis): boolean {
  return findings.every(({ state }) => state === 'ok' || state === 'hint');
}

/** What is in another cloud looks, from this one, as if there were nothing. */
function otherCloud({ environment }: Connection): Finding {
  return unknown(
    'cloud',
    `wif asks Microsoft Graph and Resource Manager of the public cloud only; this connection is for ${environment}.`,
  );
}

async function identityFinding(
  { clientId }: Connection,
  directory: Directory,
  findings: Finding[],
): Promise<Identity | undefined> {
  if (clientId === undefined) {
    findings.push(unknown('identity', 'It names no client ID.'));
    return undefined;
  }
  return guarded('identity', findings, async () => {
    const identity = await identityOf(clientId, directory);
    findings.push(
      ok('identity', `It is the ${identity.kind} "${identity.name}" (client ID ${clientId}).`),
    );
    return identity;
  });
}

async function credentialFinding(
  connection: Connection,
  identity: Identity,
  sends: Trust | undefined,
  directory: Directory,
  findings: Finding[],
): Promise<boolean> {
  const check = 'federated credential';
  if (sends === undefined && !isForAzureDevOps(connection)) {
    findings.push(
      unknown(
        check,
        'Azure DevOps does not tell issuer and subject: open the connection in the project settings and save it.',
      ),
    );
    return false;
  }
  const present = await guarded(check, findings, () => credentialsOf(identity, directory));
  if (present === undefined) return false;
  if (sends === undefined) {
    findings.push(uncompared(check, present));
    return false;
  }
  const comparison = compareCredentials(present, sends);
  if (comparison.state === 'present') {
    findings.push(
      ok(
        check,
        `"${comparison.credential.name}" has the issuer, subject and audience that will come.`,
      ),
    );
    return false;
  }
  const isFull = present.length >= maxCredentials;
  const canFix = comparison.blockedBy === undefined && !isFull;
  const create = createCredentialCommand(identity, connection.id, sends);
  const details = nearLines(comparison.near);
  const text = missingText(sends, present.length);
  findings.push(problem(check, text, canFix ? [create] : [], details));
  return canFix;
}

/** Of a connection to Azure DevOps nobody may know what it sends; that nothing is trusted shows. */
function uncompared(check: string, present: readonly FederatedCredential[]): Finding {
  if (present.length === 0) {
    const text = 'Its identity has no federated credential, so Entra exchanges no ID token for it.';
    return problem(check, text);
  }
  const text =
    'Azure DevOps does not tell issuer and subject. A step of the extension prints them: one of these must have both.';
  const lines = present.map(({ name, issuer, subject }) => `"${name}": ${issuer}, ${subject}`);
  return hint(check, text, [], lines);
}

function missingText({ issuer, subject, audience: listed }: Trust, count: number): string {
  const wanted = `None has the issuer ${issuer}, the subject ${subject} and the audience ${listed}.`;
  return count >= maxCredentials
    ? `${wanted} There are ${count}, and no more are taken: delete one.`
    : wanted;
}

/** More than these are hardly meant for this connection. */
const maxNear = 5;

/** What comes near, a line each. */
function nearLines(
  near: readonly { readonly credential: FederatedCredential; readonly flaw: string }[],
): readonly string[] {
  const rest = near.length - maxNear;
  return [
    ...near
      .slice(0, maxNear)
      .map(({ credential, flaw }) => `"${credential.name}" comes near: ${flaw}.`),
    ...(rest > 0 ? [`So do ${rest} more.`] : []),
  ];
}

async function roleFinding(
  connection: Connection,
  { principalId }: Identity,
  { directory: { resourceManager }, needsRole }: DiagnosisWorld,
  findings: Finding[],
): Promise<void> {
  const scope = scopeOf(connection);
  if (scope === undefined) {
    findings.push(
      hint(
        'roles',
        'It is for no subscription and no management group, so no role was looked for.',
      ),
    );
    return;
  }
  if (principalId === undefined) {
    findings.push(
      problem(
        'roles',
        'The app registration has no service principal in this tenant, so it can have no role.',
      ),
    );
    return;
  }
  const roles = await guarded('roles', findings, () =>
    rolesOf(principalId, scope, resourceManager),
  );
  if (roles === undefined) return;
  if (roles.length > 0) {
    const told = roles.map(({ name, scope: at }) => (at === scope ? name : `${name} (at ${at})`));
    findings.push(ok('roles', `At ${scope} it has: ${told.join(', ')}.`));
    return;
  }
  const missing = needsRole ? problem : hint;
  const text = `It has no role at ${scope}. Give it the least that its pipelines need.`;
  findings.push(missing('roles', text, [assignRoleCommand(principalId, 'Reader', scope)]));
}
