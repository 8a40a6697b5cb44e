import { happeningsIn, type Happening } from './happenings.ts';
import { piece, type Piece } from './piece.ts';
import type { Timeline } from './timeline.ts';
import { clockTime, count } from './words.ts';

/** So many rows can be scrolled through; beyond them tokens are left out, never trouble. */
const maxRows = 4_000;

/** Everything that happened in a job, in the order of time. */
export function table(timeline: Timeline): Piece {
  const all = [...happeningsIn(timeline)].sort((a, b) => a.atS - b.atS);
  const shown = fitting(all);
  const leftOut = all.length - shown.length;
  const more =
    leftOut === 0 ? '' : ` ${count(leftOut, 'token')} left out: the saved record has them.`;
  const row = (tag: 'td' | 'th', texts: readonly string[]): Piece =>
    piece('tr', {}, ...texts.map((text) => piece(tag, tag === 'th' ? { scope: 'col' } : {}, text)));
  return piece(
    'table',
    {},
    piece('caption', {}, `All times in UTC.${more}`),
    piece('thead', {}, row('th', ['Time', 'Service connection', 'What happened'])),
    piece(
      'tbody',
      {},
      ...shown.map(({ atS, connection, what }) =>
        row('td', [clockTime(timeline, atS), connection, what]),
      ),
    ),
  );
}

function fitting(happenings: readonly Happening[]): readonly Happening[] {
  let room = maxRows - happenings.filter(({ tone }) => tone !== 'token').length;
  return happenings.filter(({ tone }) => tone !== 'token' || (room -= 1) >= 0);
}
