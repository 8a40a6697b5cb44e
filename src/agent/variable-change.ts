import type { Secret } from '../secret.ts';

/** One pipeline variable that later steps will see. */
export type VariableChange =
  /** Any script sees it without a mapping. */
  | {
      readonly kind: 'plain';
      readonly name: string;
      readonly value: string;
      readonly exactCase?: true;
    }
  /** As plain, and its value is masked in every log: a capability of the loopback endpoint. */
  | {
      readonly kind: 'masked';
      readonly name: string;
      readonly value: Secret;
      readonly exactCase?: true;
    }
  /** A secret variable: scripts see it only where they map it. */
  | { readonly kind: 'secret'; readonly name: string; readonly value: Secret };

export function plain(name: string, value: string): VariableChange {
  return { kind: 'plain', name, value };
}

export function masked(name: string, value: Secret): VariableChange {
  return { kind: 'masked', name, value };
}

export function secret(name: string, value: Secret): VariableChange {
  return { kind: 'secret', name, value };
}

/** Keeps a name as it is written; the agent writes others in capitals (from version 3.234.0). */
export function inExactCase(change: VariableChange): VariableChange {
  return change.kind === 'secret' ? change : { ...change, exactCase: true };
}

/** The names of variables, in their order. */
export function namesOf(changes: readonly VariableChange[]): readonly string[] {
  return changes.map(({ name }) => name);
}
