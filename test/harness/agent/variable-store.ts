import { readOnlyVariables } from './read-only-variables.ts';
import type { SecretMasker } from './secret-masker.ts';

/** A variable of the job. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly secret: boolean;
  readonly readOnly: boolean;
  readonly preserveCase: boolean;
}

/** How a variable is set: plain, unless this says more. */
export interface SetOptions {
  readonly secret?: boolean;
  readonly readOnly?: boolean;
  readonly preserveCase?: boolean;
}

const maxDepth = 50;

/** The variables of a job, or of one step instance; names ignore case (agent: `Variables`). */
export class VariableStore {
  readonly #stored = new Map<string, Variable>();
  #expanded = new Map<string, Variable>();
  readonly #masker: SecretMasker;

  constructor(masker: SecretMasker) {
    this.#masker = masker;
  }

  /** Stores a value as it is; its macros are expanded by the next `expand`. */
  set(name: string, value: string, options: SetOptions = {}): void {
    const key = name.toLowerCase();
    const before = this.#expanded.get(key) ?? this.#stored.get(key);
    const variable = {
      name,
      value,
      // Once secret, always secret.
      secret: (options.secret ?? false) || (before?.secret ?? false),
      readOnly: (options.readOnly ?? false) || (before?.readOnly ?? false),
      preserveCase: options.preserveCase ?? false,
    };
    if (variable.secret) this.#masker.add(value);
    this.#stored.set(key, variable);
    this.#expanded.set(key, variable);
  }

  get(name: string): string | undefined {
    return this.#expanded.get(name.toLowerCase())?.value;
  }

  isReadOnly(name: string): boolean {
    const key = name.toLowerCase();
    return readOnlyVariables.has(key) || (this.#expanded.get(key)?.readOnly ?? false);
  }

  all(): Variable[] {
    return [...this.#expanded.values()];
  }

  /** Expands variables in variables, recursively; a cycle stays literal. */
  expand(): void {
    const expanded = new Map<string, Variable>();
    for (const [key, variable] of this.#stored) {
      expanded.set(key, this.#expandOne(variable, [key]));
    }
    this.#expanded = expanded;
  }

  #expandOne(variable: Variable, path: readonly string[]): Variable {
    let secret = variable.secret;
    const value = variable.value.replace(/\$\(([^()]*)\)/g, (macro, name: string) => {
      const key = name.toLowerCase();
      const nested = this.#stored.get(key);
      if (nested === undefined || path.includes(key) || path.length >= maxDepth) return macro;
      const inner = this.#expandOne(nested, [...path, key]);
      // A public variable that holds a secret one becomes secret itself.
      secret ||= inner.secret;
      return inner.value;
    });
    if (secret && !variable.secret) this.#masker.add(value);
    return { ...variable, value, secret };
  }
}
