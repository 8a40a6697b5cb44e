/** Tells work to take up nothing new; what is under way ends by itself. */
export interface Stop {
  readonly isWanted: boolean;
}

export const never: Stop = { isWanted: false };

/** Works on all items, so many at a time; results in their order, undefined where stopped before. */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
  stop: Stop = never,
): Promise<(R | undefined)[]> {
  const results = new Array<R | undefined>(items.length).fill(undefined);
  const rest = items.entries();
  const hand = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (stop.isWanted) return;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, hand));
  return results;
}
