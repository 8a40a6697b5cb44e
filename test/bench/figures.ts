import { measured, verdictOn, type Measured, type Verdict } from './statistics.ts';

export type Unit = '' | 'x' | 'ms' | 's' | 'MiB' | 'kB';

/** One line of the result. */
export interface Figure {
  /** The number of the budget; absent for what is told beside. */
  readonly budget?: number;
  readonly what: string;
  /** Major release of Node; absent where none is involved. */
  readonly node?: string;
  readonly value: Measured;
  readonly unit: Unit;
  /** What the ratio is to. */
  readonly to?: string;
  readonly limit?: number;
  readonly verdict?: Verdict;
  /** How it was come by, where that is not plain measuring. */
  readonly note?: string;
}

type Facts = Omit<Figure, 'value' | 'verdict'>;

/** @param doubt by how much each value may be off together with the others, in their own unit. */
export function figure(facts: Facts, values: readonly number[], doubt = 0): Figure {
  const value = measured(values);
  const { limit } = facts;
  const isJudged = limit !== undefined && values.length > 0;
  return { ...facts, value, ...(isJudged ? { verdict: verdictOn(value, limit, doubt) } : {}) };
}

/** What is counted, not measured. */
export function exact(facts: Facts, value: number): Figure {
  return figure(facts, [value]);
}
