import type { endpointPaths } from './endpoints.ts';
import { readConnectionId } from './messages.ts';
import { shapeOf, textLike } from './shape.ts';

/**
 * What a task has set up that is of use only if a tool asks the broker. Who reads the token file
 * cannot be known, so that is none.
 */
export type Use =
  /** `ARM_OIDC_REQUEST_URL`. */
  | 'terraform'
  /** `TF_VAR_*`, for a provider alias. */
  | 'terraform-variables'
  /** Azure CLI, named in `tools`, in a session that asks for every token. */
  | 'azureCli'
  /** Azure PowerShell, named in `tools`. */
  | 'azurePowerShell'
  /** `managedIdentity: true`. */
  | 'managedIdentity';

/** One of the two that each connection has. */
export type Endpoint = keyof typeof endpointPaths;

/** The endpoint at which each would ask. */
export const endpointOf: Readonly<Record<Use, Endpoint>> = {
  terraform: 'idToken',
  'terraform-variables': 'idToken',
  azureCli: 'managedIdentity',
  azurePowerShell: 'managedIdentity',
  managedIdentity: 'managedIdentity',
};

/** A task tells the broker that from now on somebody should ask. */
export interface Expectation {
  /** Of the connection. */
  readonly id: string;
  readonly use: Use;
}

const uses = new RegExp(`^(${Object.keys(endpointOf).join('|')})$`);

/** @throws {NotAMessage} for what is no expectation. */
export function readExpectation(body: unknown): Expectation {
  return { ...readConnectionId(body), use: textLike(shapeOf(body), 'use', uses) as Use };
}
