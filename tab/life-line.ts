import { round, type TimeScale } from './scale.ts';
import type { Lane } from './timeline.ts';

/** The shapes that show how much life the token in hand had left. */
export interface LifeLine {
  /** Below the line, or below the lower edge of the band. */
  readonly area: string;
  /** A falling line with a step up at each refresh; or the edges of a band. */
  readonly edge: string;
  readonly isBand: boolean;
}

interface Frame {
  readonly scale: TimeScale;
  readonly top: number;
  readonly bottom: number;
}

/** With more tokens than one for so many pixels, a line is no longer readable. */
const minPixelsForToken = 3;

/** The life left of the tokens of a lane, as paths; `maxLifeS`, which is 1 or more, reaches the top. */
export function lifeLine(
  { tokens }: Pick<Lane, 'tokens'>,
  maxLifeS: number,
  frame: Frame,
): LifeLine {
  const { scale, bottom, top } = frame;
  const width = scale.x(scale.endS) - scale.x(0);
  const y = (lifeS: number): number => round(bottom - (lifeS / maxLifeS) * (bottom - top));
  const falls = fallsOf(tokens, scale.endS);
  if (tokens.length * minPixelsForToken > width) return band(falls, y, frame);
  let edge = '';
  let area = '';
  for (const { fromS, untilS, lifeS, isJoined } of falls) {
    const from = `${scale.x(fromS)} ${y(lifeS)}`;
    const to = `${scale.x(untilS)} ${y(lifeS - (untilS - fromS))}`;
    edge += `${isJoined ? 'L' : 'M'}${from}L${to}`;
    area += `M${scale.x(fromS)} ${bottom}L${from}L${to}L${scale.x(untilS)} ${bottom}Z`;
  }
  return { area, edge, isBand: false };
}

interface Fall {
  readonly fromS: number;
  readonly untilS: number;
  /** At its beginning. */
  readonly lifeS: number;
  /** Whether it follows the one before without a pause. */
  readonly isJoined: boolean;
}

/** Each token from the moment it was in hand until the next one came, or it ended. */
function fallsOf(tokens: Lane['tokens'], endS: number): readonly Fall[] {
  return tokens.map(([fromS, goodUntilS], index) => {
    const nextS = tokens[index + 1]?.[0] ?? endS;
    const before = tokens[index - 1];
    return {
      fromS,
      untilS: Math.max(fromS, Math.min(goodUntilS, nextS)),
      lifeS: Math.max(0, goodUntilS - fromS),
      isJoined: before !== undefined && before[1] >= fromS,
    };
  });
}

/** The least and the most life within every few pixels. */
function band(
  falls: readonly Fall[],
  y: (lifeS: number) => number,
  { scale, bottom }: Frame,
): LifeLine {
  const bins = new Map<number, { least: number; most: number }>();
  const note = (x: number, lifeS: number): void => {
    const bin = Math.floor(x / minPixelsForToken);
    const { least, most } = bins.get(bin) ?? { least: lifeS, most: lifeS };
    bins.set(bin, { least: Math.min(least, lifeS), most: Math.max(most, lifeS) });
  };
  for (const { fromS, untilS, lifeS } of falls) {
    const fromX = scale.x(fromS);
    const toX = scale.x(untilS);
    const perPixel = toX > fromX ? (untilS - fromS) / (toX - fromX) : 0;
    note(fromX, lifeS);
    for (let x = fromX; x < toX; x += minPixelsForToken) note(x, lifeS - (x - fromX) * perPixel);
    note(toX, Math.max(0, lifeS - (untilS - fromS)));
  }
  let area = '';
  let edge = '';
  for (const [bin, { least, most }] of [...bins].sort(([a], [b]) => a - b)) {
    const from = bin * minPixelsForToken;
    const to = from + minPixelsForToken;
    area += `M${from} ${bottom}V${y(least)}H${to}V${bottom}Z`;
    edge += `M${from} ${y(least)}V${y(most)}H${to}V${y(least)}Z`;
  }
  return { area, edge, isBand: true };
}
