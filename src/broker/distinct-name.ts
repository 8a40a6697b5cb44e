import { shortName } from '../service-connection/connection-name.ts';

/** A name that no other connection of the job has: those of one subscription are called the same. */
export function distinctName(
  { name, step }: { readonly name: string; readonly step?: string | undefined },
  others: readonly string[],
): string {
  const [, ...more] = others;
  const numbered = [undefined, ...more].map((_, index) => `${name} (${index + 2})`);
  const candidates = [
    name,
    ...(step === undefined ? [] : [`${name} (step ${shortName(step)})`]),
    ...numbered,
  ];
  return candidates.find((candidate) => !others.includes(candidate)) ?? name;
}
