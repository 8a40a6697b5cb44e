import { idTokenPolicy } from '../../src/refresh/refresh-policy.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Jobs that begin within one minute and go on for hours. */
export interface Fleet {
  readonly jobs: number;
  readonly lastsMs: number;
}

/** Requests upstream in each minute of a fleet's life. */
export interface Load {
  readonly name: string;
  readonly perMinute: readonly number[];
}

/** When one job asks upstream, in ms since it began, the beginning itself included. */
type Schedule = (lastsMs: number, chance: () => number) => Iterable<number>;

/** A good generator of pseudo-random numbers (mulberry32), so that the figures can be had again. */
export function seededChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The broker's schedule for ID tokens of one life. */
export function brokerSchedule(lifeMs: number): Schedule {
  return function* (lastsMs, chance) {
    for (let at = 0; at < lastsMs; at += idTokenPolicy.refreshAfterMs(lifeMs, chance())) yield at;
  };
}

/** A loop that people write: a login every so many minutes. */
export function loginLoop(everyMs: number): Schedule {
  return function* (lastsMs) {
    for (let at = 0; at < lastsMs; at += everyMs) yield at;
  };
}

/**
 * Terraform with Azure DevOps' own request URL: an ID token for each call of Resource Manager, one
 * every two seconds, give or take half of it.
 */
export function terraformNative(everyMs: number): Schedule {
  return function* (lastsMs, chance) {
    for (let at = 0; at < lastsMs; at += everyMs * (0.5 + chance())) yield at;
  };
}

export function loadOf(name: string, { jobs, lastsMs }: Fleet, schedule: Schedule): Load {
  const chance = seededChance(jobs);
  const perMinute = new Array<number>(Math.ceil((lastsMs + minuteMs) / minuteMs)).fill(0);
  for (let job = 0; job < jobs; job += 1) {
    const begin = chance() * minuteMs;
    for (const at of schedule(lastsMs, chance)) {
      const minute = Math.floor((begin + at) / minuteMs);
      perMinute[minute] = (perMinute[minute] ?? 0) + 1;
    }
  }
  return { name, perMinute };
}

export interface Figures {
  readonly name: string;
  readonly total: number;
  /** Requests a minute over the whole time. */
  readonly mean: number;
  readonly peak: number;
  /** The highest minute of each hour. */
  readonly peaks: readonly number[];
  /** Peak to mean. */
  readonly ratio: number;
  /** The same once the first hour is over, in which jobs that began together drift apart. */
  readonly lateRatio: number;
}

export function figuresOf({ name, perMinute }: Load): Figures {
  const total = perMinute.reduce((sum, count) => sum + count, 0);
  const ratioOf = (counts: readonly number[]): number => {
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    return mean === 0 ? 0 : Math.round((Math.max(...counts) / mean) * 100) / 100;
  };
  // The last minute is not a whole one.
  const whole = perMinute.slice(0, -1);
  return {
    name,
    total,
    mean: Math.round(total / whole.length),
    peak: Math.max(...perMinute),
    peaks: hoursOf(whole).map((hour) => Math.max(...hour)),
    ratio: ratioOf(whole),
    lateRatio: ratioOf(whole.slice(hourMs / minuteMs)),
  };
}

function hoursOf(perMinute: readonly number[]): readonly (readonly number[])[] {
  const length = hourMs / minuteMs;
  const count = Math.ceil(perMinute.length / length);
  return Array.from({ length: count }, (_, hour) =>
    perMinute.slice(hour * length, (hour + 1) * length),
  );
}

/** Ten thousand jobs that begin within one minute and last four hours, in four ways. */
export function fleetFigures(jobs = 10_000): readonly Figures[] {
  const fleet = { jobs, lastsMs: 4 * hourMs };
  const loads = [
    loadOf('broker, tokens of 10 minutes', fleet, brokerSchedule(10 * minuteMs - 1_000)),
    loadOf('broker, tokens of 24 hours', fleet, brokerSchedule(24 * hourMs - 1_000)),
    loadOf('login every 8 minutes', fleet, loginLoop(8 * minuteMs)),
    loadOf('Terraform native, a call every 2 s', fleet, terraformNative(2_000)),
  ];
  return loads.map(figuresOf);
}
