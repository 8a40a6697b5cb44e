import { refusal } from '../../errors.ts';

/** The first version in whose managed identity session a token for the own tenant can be named. */
export const firstForBroker = [2, 77] as const;

/** A session that asks the broker, without the broker. */
export function needsRefresh(): Error {
  return refusal(
    'INPUT_INVALID',
    'The input azureCliSession is managedIdentity, but refresh is false; such a session asks the broker for every token.',
    'Leave refresh at true, or azureCliSession at servicePrincipal.',
  );
}

/** A session that asks the broker, with an Azure CLI that cannot. */
export function needsNewerAzureCli(version: string): Error {
  return refusal(
    'AZURE_CLI_FAILED',
    `The input azureCliSession is managedIdentity, which needs Azure CLI 2.77 or later; this agent has ${version}.`,
    'Update Azure CLI on the agent, or leave azureCliSession at servicePrincipal, which every version knows.',
  );
}

/** What is said of an identity that sees no subscription, though the job wants one. */
export function noSubscriptionWarning(connection: string): string {
  return `Azure CLI is signed in to the tenant only: it sees no subscription in which the identity of "${connection}" has a role.`;
}
