import { convertCommand, deleteSecretCommands } from './commands.ts';
import { isFederated, type Connection } from './connection.ts';
import type { AppRegistration } from './identity.ts';
import { issuerChangePage, issuerKind, issuerRetirement, issuerRetires } from './issuer.ts';
import { conversion, reasonText } from './operation.ts';

/** What was looked at, and what came out. `unknown`: it could not be looked at. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'hint' | 'problem' | 'unknown';
  readonly text: string;
  /** Ready to paste; the first that helps is enough. */
  readonly commands: readonly string[];
}

export function ok(check: string, text: string): Finding {
  return { check, state: 'ok', text, commands: [] };
}

export function hint(check: string, text: string, commands: readonly string[] = []): Finding {
  return { check, state: 'hint', text, commands };
}

export function problem(check: string, text: string, commands: readonly string[] = []): Finding {
  return { check, state: 'problem', text, commands };
}

export function unknown(check: string, text: string): Finding {
  return { check, state: 'unknown', text, commands: [] };
}

/** How it signs in, and who vouches for it. */
export function schemeFindings(
  connection: Connection,
  { organization, now }: { readonly organization: string; readonly now: Date },
): Finding[] {
  const { scheme } = connection;
  if (!isFederated(connection)) {
    const verdict = conversion.verdict(connection, now);
    return verdict.can
      ? [
          problem('scheme', `It signs in by ${scheme}, with a secret; it can be converted.`, [
            convertCommand(connection, organization),
          ]),
        ]
      : [problem('scheme', `It signs in by ${scheme}: ${reasonText(verdict.reason, connection)}.`)];
  }
  if (issuerRetires(connection)) {
    return [
      problem(
        'issuer',
        `Its issuer ${connection.issuer ?? ''} retires on ${issuerRetirement}. wif does not change issuers: do so in the project settings (the connection, Update), or with az devops service-endpoint convert (https://learn.microsoft.com/cli/azure/devops/service-endpoint); see ${issuerChangePage}`,
      ),
    ];
  }
  const kind = issuerKind(connection);
  return kind === 'unknown'
    ? [
        unknown(
          'issuer',
          `Its issuer is ${connection.issuer ?? 'not told by Azure DevOps'}, which wif does not know.`,
        ),
      ]
    : [
        ok(
          'issuer',
          kind === 'entra'
            ? 'Microsoft Entra issues its ID tokens.'
            : 'Azure DevOps issues its ID tokens; outside the public cloud that stays.',
        ),
      ];
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
  if (app.isMultiTenant && issuerKind(connection) === 'entra') {
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
