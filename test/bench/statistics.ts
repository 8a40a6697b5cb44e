/** A series of measurements, and what is known from it. */
export interface Measured {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly count: number;
}

export type Verdict = 'met' | 'not met' | 'too close to say';

export function measured(values: readonly number[]): Measured {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
    count: sorted.length,
  };
}

/** Round by round, so that what slows the machine down for a while slows both down. */
export function ratios(values: readonly number[], to: readonly number[]): readonly number[] {
  return values.map((value, index) => value / (to[index] ?? Number.NaN));
}

/**
 * The median decides. Twice the spread over the root of the count is about the 95 % interval of a
 * median; a limit within it is too close to say, so that no verdict flips by noise.
 * @param doubt by how much each value may be off together with the others, in their own unit.
 */
export function verdictOn(figure: Measured, limit: number, doubt = 0): Verdict {
  const { median, lowerQuartile, upperQuartile, count } = figure;
  const noise = count < 3 ? 0 : (2 * (upperQuartile - lowerQuartile)) / Math.sqrt(count);
  const margin = Math.max(noise, doubt);
  if (median + margin <= limit) return 'met';
  return median - margin > limit ? 'not met' : 'too close to say';
}

function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}
