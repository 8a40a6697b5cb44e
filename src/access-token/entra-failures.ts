import type { Failure, FailureKind, MissingCredential } from '../errors.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Identity } from './exchange.ts';

/** What was asked of Entra, as far as a refusal is explained by it. */
export interface RefusedAttempt {
  readonly identity: Identity;
  readonly idToken: Pick<IdToken, 'issuer' | 'subject' | 'audience'>;
  readonly scope: string;
}

interface EntraFailure {
  /** Completes "… because": why Entra said no. */
  readonly why: string;
  readonly remedy: string;
  /** What asking again can do; definite where nothing is said. */
  readonly kind?: FailureKind;
  /** Whether issuer, subject and audience belong into the message. */
  readonly mismatch?: true;
  /** Whether a federated credential with these three is the way out. */
  readonly curedByCredential?: true;
}

const createCredential =
  'Where Azure DevOps made the identity, edit and save the service connection; else create or correct the federated credential of the app registration or managed identity, with exactly this issuer and subject, and the audience api://AzureADTokenExchange.';
/** What all failures have in common that a federated credential cures. */
const mismatched = {
  remedy: createCredential,
  mismatch: true,
  curedByCredential: true,
  kind: 'settling',
} as const;
const checkConnection = 'Correct the service connection, or create it anew.';
const askAdministrator = 'Ask an administrator of the tenant.';
const grantPermission = `${askAdministrator} Grant the application the permission and admin consent.`;
const checkIdentity = `Check the client ID and the tenant ID of the connection; the application may be deleted, or new and not yet everywhere. ${checkConnection}`;
const runAgain = 'Run the job again; if it stays so, look at https://azure.status.microsoft.';
/** Entra itself is in trouble, whatever HTTP status it says so with. */
const outOfOrder = {
  why: 'it is out of order at the moment',
  remedy: runAgain,
  kind: 'transient',
} as const;
/** Entra has one number for a client assertion, and one for a user assertion. */
const outOfTime = {
  why: 'the ID token was no longer, or not yet, valid when it arrived',
  remedy:
    "Run the job again; if it stays so, check the agent's clock and what delays its requests.",
  kind: 'transient',
} as const;

/**
 * Entra's numbers, as its own pages explain them:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes and
 * https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity.
 */
const failures: Readonly<Record<number, EntraFailure>> = {
  50027: {
    why: 'it holds the ID token to be malformed',
    remedy: 'Look for a proxy that changes requests; if there is none, report this with the log.',
  },
  50087: {
    why: 'its strong authentication has a passing fault',
    remedy: runAgain,
    kind: 'transient',
  },
  50166: {
    why: 'it could not reach the issuer of the ID token',
    remedy: runAgain,
    kind: 'transient',
  },
  50196: {
    why: 'it sees a loop of requests from this client',
    remedy:
      'Wait a few minutes; look for other jobs that sign in with this identity without a pause.',
    kind: 'transient',
  },
  53003: {
    why: 'a Conditional Access policy blocks this identity here',
    remedy: `${askAdministrator} The policy for workload identities must let this agent's network through.`,
  },
  65001: {
    why: 'nobody has consented to this application using that resource',
    remedy: grantPermission,
    kind: 'settling',
  },
  70021: {
    why: 'no federated credential matches what Azure DevOps sent',
    ...mismatched,
  },
  70025: {
    why: 'the application has no federated credential at all',
    ...mismatched,
  },
  70052: {
    why: 'this issuer is not accepted for applications of several tenants',
    remedy:
      'Use an application of one tenant or a managed identity; a connection to Azure can also keep the Azure DevOps issuer.',
    mismatch: true,
  },
  90002: {
    why: 'it does not know this tenant',
    remedy: `Check the tenant ID and the cloud of the connection. ${checkConnection}`,
  },
  90006: outOfOrder,
  90012: {
    why: 'the request timed out inside of it',
    remedy: runAgain,
    kind: 'transient',
  },
  90024: {
    why: 'the request took more than it grants one request at the moment',
    remedy: runAgain,
    kind: 'transient',
  },
  90033: outOfOrder,
  90055: {
    why: 'it gets too many requests for this tenant, and holds it back',
    remedy:
      'Wait a few minutes and run the job again; look for what signs in to this tenant without a pause.',
    kind: 'transient',
  },
  90061: {
    why: 'its own request to the issuer of the ID token failed',
    remedy: runAgain,
    kind: 'transient',
  },
  90090: outOfOrder,
  90091: outOfOrder,
  500011: {
    why: 'the tenant does not know the resource that the access token is for',
    remedy: 'Check the spelling of the scope, and that the service is registered in this tenant.',
    kind: 'settling',
  },
  500133: outOfTime,
  501051: {
    why: 'nobody has assigned this application a role of that resource',
    remedy: grantPermission,
    kind: 'settling',
  },
  700016: {
    why: 'the tenant does not know this application',
    remedy: checkIdentity,
    kind: 'settling',
  },
  700024: outOfTime,
  700030: {
    why: 'the certificate behind the request is not accepted',
    remedy: checkConnection,
  },
  700038: {
    why: 'it holds the client ID to be that of no application',
    remedy: `Check the client ID of the connection. ${checkConnection}`,
  },
  700211: {
    why: 'no federated credential has the issuer that Azure DevOps sent',
    ...mismatched,
  },
  700212: {
    why: 'no federated credential has the audience that Azure DevOps sent',
    ...mismatched,
  },
  700213: {
    why: 'no federated credential has the subject that Azure DevOps sent',
    ...mismatched,
  },
  700214: {
    why: 'the federated credential names another audience than api://AzureADTokenExchange',
    ...mismatched,
  },
  700223: {
    why: 'this tenant restricts workload identity federation, or has switched it off',
    remedy: `${askAdministrator} A managed identity may be allowed where an app registration is not.`,
    mismatch: true,
  },
  700238: {
    why: 'this tenant does not allow federated credentials of this issuer',
    remedy: `${askAdministrator} Its policy for workload identity federation has to allow this issuer, which must be of the same cloud.`,
    mismatch: true,
  },
  900382: {
    why: 'the cloud of the application and the one of the connection differ',
    remedy: checkConnection,
  },
  7000215: {
    why: 'it was given a client secret, and a wrong one',
    remedy: 'Use a service connection with workload identity federation, which has no secret.',
  },
  7000222: {
    why: 'the client secret has expired',
    remedy: 'Convert the connection to workload identity federation, which has no secret.',
  },
  7000229: {
    why: 'the application has no service principal in this tenant',
    remedy: checkIdentity,
    kind: 'settling',
  },
  7000272: {
    why: 'it does not find the key that signed the ID token among those of the issuer',
    remedy:
      'Run the job again in some minutes: a new key of the issuer takes a while to be known. If it stays so, check the issuer of the federated credential.',
    kind: 'transient',
    mismatch: true,
  },
  7002138: {
    why: 'the subject that Azure DevOps sent differs from that of a federated credential in upper and lower case',
    ...mismatched,
  },
};

const unknown: EntraFailure = {
  why: 'of a reason that this task has no words for',
  remedy: 'Look the number up at https://login.microsoftonline.com/error.',
  kind: 'unknown',
};

/** Whether Entra holds the ID token to be out of its time: another one may do. */
export function isOutOfTime(code: string): boolean {
  return failures[Number(code.slice('AADSTS'.length))] === outOfTime;
}

/** The numbers that the table explains; each has its heading in docs/TROUBLESHOOTING.md. */
export const knownEntraFailures: readonly number[] = Object.keys(failures).map(Number);

/** Entra's number as a failure with account and remedy; its own text is never passed on. */
export function entraFailure(
  number: number,
  { identity, idToken, scope }: RefusedAttempt,
  correlationId: string | undefined,
): Failure {
  const known = failures[number] ?? unknown;
  const { why, remedy, kind = 'definite', mismatch, curedByCredential } = known;
  const presented =
    mismatch === undefined
      ? ''
      : ` It presented issuer ${idToken.issuer}, subject ${idToken.subject}, audience ${idToken.audience}.`;
  const trace = correlationId === undefined ? '' : `, correlation ${correlationId}`;
  return {
    code: `AADSTS${number}`,
    message: `Entra refused the service connection "${identity.name}" (client ${identity.clientId}, tenant ${identity.tenantId}) for ${scope} because ${why} (AADSTS${number}${trace}).${presented}`,
    remedy,
    kind,
    ...(curedByCredential === undefined ? {} : { cure: credentialFor(identity, idToken) }),
  };
}

function credentialFor(
  { name, clientId }: Identity,
  { issuer, subject }: RefusedAttempt['idToken'],
): MissingCredential {
  return { connection: name, clientId, issuer, subject };
}

/** What to do about each number of Entra's that the table explains, by the code of the failure. */
export const entraRemedies: Readonly<Record<string, string>> = /* @__PURE__ */ Object.fromEntries(
  Object.entries(failures).map(([number, { remedy }]) => [`AADSTS${number}`, remedy]),
);
