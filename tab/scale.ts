/** Where seconds stand on the time axis of a picture. */
export interface TimeScale {
  /** Where it ends, in seconds. */
  readonly endS: number;
  /** Pixels from the left edge, for seconds since the start. */
  x(seconds: number): number;
  /** The moments that the axis names, in seconds. */
  readonly ticks: readonly number[];
}

/** Steps between two ticks, in seconds. */
const steps = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800],
  ...[3_600, 7_200, 14_400, 21_600, 43_200, 86_400],
];

/** The narrowest that two ticks may stand apart, in pixels. */
const minTickDistance = 72;

/** A scale from 0 to `endS`, which is 1 or more, between two pixels. */
export function timeScale(endS: number, fromX: number, toX: number): TimeScale {
  const perSecond = (toX - fromX) / endS;
  const fitting = steps.find((step) => step * perSecond >= minTickDistance);
  const step = fitting ?? 86_400 * Math.ceil(minTickDistance / (86_400 * perSecond));
  const ticks = Array.from({ length: Math.floor(endS / step) + 1 }, (_, index) => index * step);
  return {
    endS,
    x: (seconds) => round(fromX + Math.min(Math.max(0, seconds), endS) * perSecond),
    ticks,
  };
}

/** Time since the start as the axis says it: `0:40`, `12:00`, `1:30:00`. */
export function tickLabel(seconds: number): string {
  const two = (number: number): string => `${number}`.padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = two(seconds % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${two(minutes)}:${rest}`;
}

/** Coordinates need no more than a tenth of a pixel. */
export function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
