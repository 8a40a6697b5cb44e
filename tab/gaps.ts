import type { Connection, Episode, Lane } from './timeline.ts';

/** A time, in seconds since the start of the record. */
export interface Interval {
  readonly fromS: number;
  readonly untilS: number;
}

/** A time without a good token, with the failure that it is due to, if one is known. */
export interface Gap extends Interval {
  readonly code: string | undefined;
}

/**
 * The times in which a token was wanted and none was good.
 *
 * The ID token is wanted at any time. An access token that nobody asks for is not renewed: it counts
 * as missing only while asking fails, or while there is no ID token to ask with.
 */
export function gapsOf(lane: Lane, connection: Connection): readonly Gap[] {
  const isOfId = lane.scope === undefined;
  const idLane = connection.lanes.find(({ scope }) => scope === undefined);
  const idGaps = isOfId || idLane === undefined ? [] : gapsOf(idLane, connection);
  const failures = lane.episodes.map((each) => ({ ...each, ...intervalOf(each, connection) }));
  const range = rangeOf(lane, connection);
  const wanted = isOfId
    ? [range]
    : merged([...failures, ...idGaps].flatMap((each) => overlap(each, range)));
  return without(wanted, good(lane))
    .filter(isLong)
    .map((gap) => ({ ...gap, code: codeOf(failures, gap) ?? codeOf(idGaps, gap) }));
}

/** The time of an episode; one that had not passed lasts until its connection ends. */
export function intervalOf(
  { fromS, untilS }: Pick<Episode, 'fromS' | 'untilS'>,
  connection: Pick<Connection, 'untilS'>,
): Interval {
  return { fromS, untilS: untilS ?? Math.max(fromS, connection.untilS) };
}

/** From the first token, or the first failure to get one, to the end. */
function rangeOf({ tokens, spans, episodes }: Lane, { fromS, untilS }: Connection): Interval {
  const starts = [tokens[0]?.[0], spans[0]?.[0], episodes[0]?.fromS].filter(
    (start) => start !== undefined,
  );
  return { fromS: starts.length === 0 ? fromS : Math.min(...starts), untilS };
}

function good({ tokens, spans }: Lane): readonly Interval[] {
  const all = [...tokens, ...spans];
  return merged(all.map(([fromS, untilS]) => ({ fromS, untilS })));
}

/** The failure that overlaps a gap for longest. */
function codeOf(failures: readonly Gap[], gap: Interval): string | undefined {
  let code: string | undefined;
  let longestS = -1;
  for (const failure of failures) {
    for (const { fromS, untilS } of overlap(failure, gap)) {
      if (untilS - fromS > longestS) [code, longestS] = [failure.code, untilS - fromS];
    }
  }
  return code;
}

function merged(intervals: readonly Interval[]): readonly Interval[] {
  const sorted = intervals.filter(isLong).sort((a, b) => a.fromS - b.fromS);
  const result: Interval[] = [];
  for (const each of sorted) {
    const last = result.at(-1);
    if (last === undefined || each.fromS > last.untilS) result.push(each);
    else result[result.length - 1] = { ...last, untilS: Math.max(last.untilS, each.untilS) };
  }
  return result;
}

/** What of the wanted times is in none of the others; both are merged and in order. */
function without(wanted: readonly Interval[], others: readonly Interval[]): readonly Interval[] {
  let first = 0;
  return wanted.flatMap(({ fromS, untilS }) => {
    const left: Interval[] = [];
    let reachedS = fromS;
    while ((others[first]?.untilS ?? Number.POSITIVE_INFINITY) <= fromS) first += 1;
    for (let index = first; index < others.length; index += 1) {
      const other = others[index];
      if (other === undefined || other.fromS >= untilS) break;
      left.push({ fromS: reachedS, untilS: other.fromS });
      reachedS = other.untilS;
    }
    return [...left, { fromS: reachedS, untilS }];
  });
}

/** The time that two have in common: one interval, of length 0 where they only touch, or none. */
function overlap(a: Interval, b: Interval): readonly Interval[] {
  const fromS = Math.max(a.fromS, b.fromS);
  const untilS = Math.min(a.untilS, b.untilS);
  return fromS <= untilS ? [{ fromS, untilS }] : [];
}

function isLong({ fromS, untilS }: Interval): boolean {
  return untilS > fromS;
}
