import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What a process holds, in MiB. */
export interface Footprint {
  readonly rss: number;
  readonly anonymous: number;
}

export function footprintOf(pid: number): Footprint {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const read = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { rss: read('Rss'), anonymous: read('Anonymous') };
}

/** The least of some looks, since what waits for the garbage collector is no growth. */
export async function leastFootprint(pid: number, forMs: number): Promise<Footprint> {
  const until = performance.now() + forMs;
  let { rss, anonymous } = footprintOf(pid);
  while (performance.now() < until) {
    await pause(250);
    const now = footprintOf(pid);
    rss = Math.min(rss, now.rss);
    anonymous = Math.min(anonymous, now.anonymous);
  }
  return { rss, anonymous };
}

/** The processor time that a process has used, in seconds (at the usual 100 ticks a second). */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
