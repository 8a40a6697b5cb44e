import { convertCommand, deleteSecretCommands, moveIssuerCommand } from './commands.ts';
import { isFederated, isForAzureDevOps, type Connection } from './connection.ts';
import type { AppRegistration, Identity } from './identity.ts';
import { issuerChangePage, issuerKind, issuerRetirement, issuerRetires } from './issuer.ts';
import { conversion, reasonText } from './operation.ts';

/** What was looked at, and what came out. `unknown`: it could not be looked at. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'hint' | 'problem' | 'unknown';
  readonly text: string;
  /** What belongs to it, a line each. */
  readonly details: readonly string[];
  /** Ready to paste; the first that helps is enough. */
  readonly commands: readonly string[];
}

export function ok(check: string, text: string): Finding {
  return { check, state: 'ok', text, details: [], commands: [] };
}

export function hint(
  check: string,
  text: string,
  commands: readonly string[] = [],
  details: readonly string[] = [],
): Finding {
  return { check, state: 'hint', text, details, commands };
}

export function problem(
  check: string,
  text: string,
  commands: readonly string[] = [],
  details: readonly string[] = [],
): Finding {
  return { check, state: 'problem', text, details, commands };
}

export function unknown(check: string, text: string): Finding {
  return { check, state: 'unknown', text, details: [], commands: [] };
}

/** How it signs in; nothing where that is by federation. */
export function schemeFindings(
  connection: Connection,
  { organization, now }: { readonly organization: string; readonly now: Date },
): Finding[] {
  if (isFederated(connection)) return [];
  const { scheme } = connection;
  const verdict = conversion.verdict(connection, now);
  if (!verdict.can) {
    return [
      problem('scheme', `It signs in by ${scheme}: ${reasonText(verdict.reason, connection)}.`),
    ];
  }
  const text = `It signs in by ${scheme}, with a secret; it can be converted.`;
  return [problem('scheme', text, [convertCommand(connection, organization)])];
}

/** Who issues its ID tokens, and for how long; that depends on who its identity is for. */
export function issuerFindings(
  connection: Connection,
  identity: Identity | undefined,
  organization: string,
): Finding[] {
  if (!isFederated(connection)) return [];
  const kind = issuerKind(connection);
  if (kind === 'entra') return [ok('issuer', 'Microsoft Entra issues its ID tokens.')];
  if (connection.issuer === undefined && isForAzureDevOps(connection)) {
    return [hint('issuer', 'Azure DevOps does not tell who issues its ID tokens.')];
  }
  if (kind !== 'azure-devops') {
    const told = connection.issuer ?? 'not told by Azure DevOps';
    return [unknown('issuer', `Its issuer is ${told}, which wif does not know.`)];
  }
  if (!issuerRetires(connection)) {
    return [
      ok('issuer', 'Azure DevOps issues its ID tokens; outside the public cloud that stays.'),
    ];
  }
  if (identity?.kind === 'app registration' && identity.isMultiTenant) {
    const why = "Entra's issuer does not take those (AADSTS70052)";
    const text = `Azure DevOps issues its ID tokens, and that stays: the app registration is for several tenants, and ${why}.`;
    return [ok('issuer', text)];
  }
  const unless =
    identity === undefined ? ', unless its app registration is for several tenants' : '';
  const text = `Its issuer ${connection.issuer ?? ''} retires on ${issuerRetirement}${unless}. How the change goes: ${issuerChangePage}`;
  return [problem('issuer', text, [moveIssuerCommand(connection, organization)])];
}

/** Whether Azure DevOps would let a job use it. */
export function stateFindings({ isDisabled, isReady, operation }: Connection): Finding[] {
  if (isDisabled) {
    return [
      problem(
        'state',
        'It is disabled: Azure DevOps does that to connections that nobody used for 100 days. Enable it in the project settings.',
      ),
    ];
  }
  if (isReady) return [ok('state', 'It is enabled and ready.')];
  const why = operation.message === '' ? '' : `: ${operation.message}`;
  return [
    problem(
      'state',
      `It is not ready (${operation.state === '' ? 'no reason told' : operation.state}${why}).`,
    ),
  ];
}

/** What only app registrations can have wrong or left over. */
export function appFindings(connection: Connection, app: AppRegistration): Finding[] {
  const findings: Finding[] = [];
  const kind = issuerKind(connection);
  const isEntra = kind === 'entra' || (kind === 'unknown' && isForAzureDevOps(connection));
  if (app.isMultiTenant && isEntra) {
    findings.push(
      problem(
        'tenants',
        'The app registration is multi-tenant; the Entra issuer does not take those (AADSTS70052).',
      ),
    );
  }
  const count = app.secrets.length;
  if (count > 0) {
    const when =
      connection.revertUntil === undefined
        ? ''
        : `, once you no longer want to revert (until ${connection.revertUntil.toISOString()})`;
    findings.push(
      hint(
        'secrets',
        `The app registration still has ${count === 1 ? 'a secret' : `${count} secrets`}. If nothing else uses ${count === 1 ? 'it' : 'them'}, delete ${count === 1 ? 'it' : 'them'}${when}.`,
        deleteSecretCommands(app),
      ),
    );
  }
  return findings;
}
