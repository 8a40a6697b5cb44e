import type { TimelineRecord } from '../src/wire/timeline.ts';

/** A record, as its text, with all its times so many times longer: as if nobody had been in haste. */
export function slowed(text: string, haste: number): string {
  const record = JSON.parse(text) as TimelineRecord;
  const slow = (seconds: number): number => seconds * haste;
  const slowOrNone = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : slow(seconds);
  const ends = <T extends { fromS: number; untilS?: number | undefined }>(each: T): T => ({
    ...each,
    fromS: slow(each.fromS),
    untilS: slowOrNone(each.untilS),
  });
  const inReality: TimelineRecord = {
    ...record,
    untilS: slow(record.untilS),
    tokenEndsS: slowOrNone(record.tokenEndsS),
    brokers: record.brokers.map(ends),
    warnings: record.warnings.map((warning) => ({ ...warning, atS: slow(warning.atS) })),
    connections: record.connections.map((connection) => ({
      ...ends(connection),
      lanes: connection.lanes.map((lane) => ({
        ...lane,
        tokens: lane.tokens.map((times) => times.map(slow)),
        spans: lane.spans.map(([fromS = 0, untilS = 0, n = 0]) => [slow(fromS), slow(untilS), n]),
        episodes: lane.episodes.map(ends),
      })),
      answers: { ...connection.answers, bucketS: slow(connection.answers.bucketS) },
      longestWait: connection.longestWait && {
        ...connection.longestWait,
        atS: slow(connection.longestWait.atS),
      },
    })),
  };
  return JSON.stringify(inReality);
}
