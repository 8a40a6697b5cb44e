import { refusal } from '../errors.ts';
import type { ServiceConnection } from './service-connection.ts';

/** The identities that the pipeline's author expects; an empty list allows all. */
export interface AllowedIdentities {
  readonly tenantIds: readonly string[];
  readonly subscriptionIds: readonly string[];
}

/** @throws {FederationError} when the connection signs in elsewhere than its author expects. */
export function requireAllowed(connection: ServiceConnection, allowed: AllowedIdentities): void {
  const { name, tenantId, subscriptionId } = connection;
  if (!permits(allowed.tenantIds, tenantId)) {
    throw refusal(
      'TENANT_NOT_ALLOWED',
      `The service connection "${name}" signs in to tenant ${tenantId}, which allowedTenantIds does not list.`,
      'Choose another connection, or add the tenant to allowedTenantIds.',
    );
  }
  if (!permits(allowed.subscriptionIds, subscriptionId)) {
    throw refusal(
      'SUBSCRIPTION_NOT_ALLOWED',
      `The service connection "${name}" works on ${subscriptionId === undefined ? 'no subscription' : `subscription ${subscriptionId}`}, which allowedSubscriptionIds does not list.`,
      'Choose another connection or subscription, or add it to allowedSubscriptionIds.',
    );
  }
}

function permits(allowed: readonly string[], actual: string | undefined): boolean {
  if (allowed.length === 0) return true;
  return allowed.some((id) => id.toLowerCase() === actual?.toLowerCase());
}
