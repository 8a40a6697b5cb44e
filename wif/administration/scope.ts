import { isSame } from '../../src/json-text.ts';
import type { Connection } from './connection.ts';
import { path } from './web.ts';

/** What a service connection works on, as its record says it. */
export type Scope =
  | { readonly kind: 'subscription'; readonly id: string; readonly name: string }
  | {
      readonly kind: 'resource group';
      readonly id: string;
      readonly name: string;
      readonly group: string;
    }
  | { readonly kind: 'management group'; readonly id: string; readonly name: string };

/** The address of a scope in Resource Manager. */
export function addressOfScope(scope: Scope): string {
  if (scope.kind === 'management group') return managementGroupAddress(scope.id);
  const subscription = `/subscriptions/${scope.id}`;
  return scope.kind === 'subscription'
    ? subscription
    : `${subscription}/resourceGroups/${scope.group}`;
}

/** Where a connection works: its subscription or resource group, or its management group. */
export function scopeOf({
  subscriptionId,
  managementGroup,
  resourceScope,
}: Pick<Connection, 'subscriptionId' | 'managementGroup' | 'resourceScope'>): string | undefined {
  if (resourceScope !== undefined) return resourceScope;
  if (subscriptionId !== undefined) return `/subscriptions/${subscriptionId}`;
  return managementGroup === undefined ? undefined : managementGroupAddress(managementGroup);
}

/** Words for the place of a scope, for remedies. */
export function placeOf(scope: string): string {
  if (/^\/providers\/Microsoft\.Management\/managementGroups\//i.test(scope))
    return 'the management group';
  return /\/resourceGroups\//i.test(scope) ? 'the resource group' : 'the subscription';
}

/** https://learn.microsoft.com/azure/role-based-access-control/scope-overview */
export function isScope(text: string): boolean {
  return /^\/(subscriptions|providers\/Microsoft\.Management\/managementGroups)(\/[\w().-]+)+$/i.test(
    text,
  );
}

/** Whether two scopes are the same place. */
export function isSameScope(left: string | undefined, right: string): boolean {
  return left !== undefined && isSame(left.replace(/\/$/, ''), right.replace(/\/$/, ''));
}

function managementGroupAddress(id: string): string {
  return path`/providers/Microsoft.Management/managementGroups/${id}`;
}
