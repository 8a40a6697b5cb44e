import { isSame } from '../../src/json-text.ts';
import { federation, isFederated, secretScheme, type Connection } from './connection.ts';
import { issuerRetires } from './issuer.ts';

/** Why a connection is left as it is. */
export type SkipReason = keyof typeof skipReasons;

/** Each reason in words, for reports; `{home}` is the project that owns the connection. */
export const skipReasons = {
  'not-azure-resource-manager': 'not an Azure Resource Manager connection',
  'already-federated': 'already uses workload identity federation',
  'issuer-retires':
    'already federated, with the issuer of Azure DevOps: wif move-issuer says what becomes of it',
  'issuer-stays':
    'already federated; the issuer of Azure DevOps stays, since its app registration is for several tenants',
  'identity-of-the-agent': 'signs in with the managed identity of the agent, has no secret',
  'other-scheme': 'signs in by a scheme that cannot be converted',
  'azure-stack': 'is for Azure Stack, which has no workload identity federation here',
  manual:
    'was created manually: Azure DevOps may not change its identity; make a new one with wif connect',
  'shared-from-another-project': 'is shared from project {home}: convert it there',
  'under-way': 'is being changed by Azure DevOps right now',
  'not-ready': 'is not ready, and Azure DevOps does not say why',
  'reverted-since':
    'was converted by this journal and reverted since: use a new --journal to convert it again',
  'not-converted': 'was not converted from a secret, or its deadline has been lifted',
  'revert-too-late': 'can no longer be reverted: the seven days are over',
  'already-secret': 'already signs in with a secret',
} as const;

export type Verdict = { readonly can: true } | { readonly can: false; readonly reason: SkipReason };

/** A change of the authentication scheme. */
export interface Operation {
  readonly name: 'convert' | 'revert';
  /** What is said of a connection that it was done to. */
  readonly done: 'converted' | 'reverted';
  readonly targetScheme: string;
  /** Whether the connection is as the operation leaves it. */
  isDone(connection: Connection): boolean;
  /** What the operation can do with a connection, and why not. */
  verdict(connection: Connection, now: Date): Verdict;
}

const can: Verdict = { can: true };
const cannot = (reason: SkipReason): Verdict => ({ can: false, reason });

/** From a secret to federation: automatic connections, in the project that owns them. */
export const conversion: Operation = {
  name: 'convert',
  done: 'converted',
  targetScheme: federation,
  isDone: isFederated,
  verdict(connection) {
    const { type, scheme, environment, creation } = connection;
    if (isFederated(connection)) {
      return cannot(issuerRetires(connection) ? 'issuer-retires' : 'already-federated');
    }
    if (!isSame(type, 'AzureRM')) return cannot('not-azure-resource-manager');
    if (isSame(scheme, 'ManagedServiceIdentity')) return cannot('identity-of-the-agent');
    if (!isSame(scheme, secretScheme)) return cannot('other-scheme');
    if (isSame(environment, 'AzureStack')) return cannot('azure-stack');
    if (creation !== 'automatic') return cannot('manual');
    if (isForeign(connection)) return cannot('shared-from-another-project');
    if (isUnderWay(connection)) return cannot('under-way');
    return connection.isReady || hasFailed(connection) ? can : cannot('not-ready');
  },
};

/** Back to the secret, for as long as Azure DevOps keeps it: seven days. */
export const reversion: Operation = {
  name: 'revert',
  done: 'reverted',
  targetScheme: secretScheme,
  isDone: ({ scheme }) => isSame(scheme, secretScheme),
  verdict(connection, now) {
    if (!isSame(connection.type, 'AzureRM')) return cannot('not-azure-resource-manager');
    if (isSame(connection.scheme, secretScheme)) return cannot('already-secret');
    if (!isFederated(connection)) return cannot('other-scheme');
    if (connection.revertUntil === undefined) return cannot('not-converted');
    if (connection.revertUntil <= now) return cannot('revert-too-late');
    return isForeign(connection) ? cannot('shared-from-another-project') : can;
  },
};

/** A reason as a report shows it for this connection. */
export function reasonText(reason: SkipReason, { home }: Connection): string {
  return skipReasons[reason].replace('{home}', home.name);
}

/** Whether Azure DevOps itself is working on the connection. */
export function isUnderWay({ operation }: Pick<Connection, 'operation'>): boolean {
  return isSame(operation.state, 'InProgress');
}

/** Whether the last operation of Azure DevOps on the connection failed. */
export function hasFailed({ operation }: Pick<Connection, 'operation'>): boolean {
  return isSame(operation.state, 'Failed');
}

/** Whether the connection is only shared with the project where it was found. */
export function isForeign({ home, project }: Connection): boolean {
  return !isSame(home.id, project.id);
}
