import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What a process holds, in MiB: all of it and its own memory, each also without huge pages. */
export interface Footprint {
  readonly rss: number;
  readonly rssInSmall: number;
  readonly anonymous: number;
  readonly anonymousInSmall: number;
}

export function footprintOf(pid: number): Footprint {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const read = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  const [rss, anonymous, huge] = [read('Rss'), read('Anonymous'), read('AnonHugePages')];
  return { rss, rssInSmall: rss - huge, anonymous, anonymousInSmall: anonymous - huge };
}

/** The one that is picked (the least, say) of each part. */
export function each(
  pick: (...values: number[]) => number,
  one: Footprint,
  other: Footprint,
): Footprint {
  return {
    rss: pick(one.rss, other.rss),
    rssInSmall: pick(one.rssInSmall, other.rssInSmall),
    anonymous: pick(one.anonymous, other.anonymous),
    anonymousInSmall: pick(one.anonymousInSmall, other.anonymousInSmall),
  };
}

/**
 * Whether more than a tenth of what a process held has come to stay: of all that it holds, or of its
 * own memory, beside some MiB. Many a Linux puts memory into huge pages by itself, which makes it
 * more, or takes them apart again, which makes more of it small: neither is growth by itself.
 */
export function hasGrown(before: Footprint, after: Footprint, besideMiB = 0): boolean {
  const grew = (part: keyof Footprint, more = 0): boolean =>
    after[part] > before[part] * 1.1 + more;
  const ofAll = grew('rss') && grew('rssInSmall');
  const ofOwn = grew('anonymous', besideMiB) && grew('anonymousInSmall', besideMiB);
  return ofAll || ofOwn;
}

/** The least of some looks, since what waits for the garbage collector is no growth. */
export async function leastFootprint(pid: number, forMs: number): Promise<Footprint> {
  const until = performance.now() + forMs;
  let least = footprintOf(pid);
  while (performance.now() < until) {
    await pause(250);
    least = each(Math.min, least, footprintOf(pid));
  }
  return least;
}

/** The processor time that a process has used, in seconds (at the usual 100 ticks a second). */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
