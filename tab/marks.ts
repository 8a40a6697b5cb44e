import type { Interval } from './gaps.ts';
import { piece, type Piece } from './piece.ts';
import { round, type TimeScale } from './scale.ts';
import { shortened } from './words.ts';

/** Left and right of everything in a picture, in pixels. */
export const margin = 1;
/** Between two rows of a picture, in pixels. */
export const space = 14;
/** Pixels of a character of 12 px, on average. */
export const characterWidth = 6.6;

/** Stripes, so that red does not depend on its colour alone. */
export function hatching(): Piece {
  return piece(
    'defs',
    {},
    piece(
      'pattern',
      {
        id: 'hatch',
        width: 6,
        height: 6,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      line('stripe', 0, 0, 0, 6),
    ),
  );
}

/** A rectangle over a time, which can be seen however short that is. */
export function box(
  mark: string,
  { fromS, untilS }: Interval,
  scale: TimeScale,
  top: number,
  height: number,
  title?: string,
): Piece {
  const x = scale.x(fromS);
  const width = round(Math.max(2, scale.x(untilS) - x));
  return piece(
    'rect',
    { class: mark, x, y: top, width, height },
    ...(title === undefined ? [] : [piece('title', {}, title)]),
  );
}

export function line(mark: string, x1: number, x2: number, y1: number, y2: number): Piece {
  return piece('line', { class: mark, x1, x2, y1, y2 });
}

export function path(mark: string, d: string): Piece {
  return piece('path', { class: mark, d });
}

export function text(words: string, x: number, y: number, mark: string, anchor = 'start'): Piece {
  return piece('text', { class: mark, x, y, 'text-anchor': anchor }, words);
}

/** A text cut to what fits into so many pixels. */
export function fitting(words: string, width: number): string {
  return shortened(words, Math.max(8, Math.floor((width - 2 * margin) / characterWidth)));
}

/** One bar of a path of bars. */
export function bar(fromX: number, toX: number, bottom: number, height: number): string {
  return `M${fromX} ${bottom}V${round(bottom - height)}H${round(toX)}V${bottom}Z`;
}

/** What a row is, and at its right what there is to say of it where there is room. */
export function labels(what: string, facts: string, top: number, width: number): readonly Piece[] {
  const room = width - 2 * margin - facts.length * characterWidth - space;
  const isRoomy = room > 20 * characterWidth;
  return [
    text(fitting(what, isRoomy ? room : width), margin, top + 14, 'label'),
    ...(isRoomy ? [text(facts, width - margin, top + 14, 'quiet', 'end')] : []),
  ];
}
