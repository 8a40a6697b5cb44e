import { Ajv } from 'ajv';
import assert from 'node:assert/strict';
import { FederationError, type ErrorCode } from '../../src/errors.ts';
import { Chronicle } from '../../src/refresh/chronicle.ts';
import {
  maxTimelineBytes,
  parseTimelineRecord,
  type LaneTimeline,
  type TimelineRecord,
} from '../../src/wire/timeline.ts';
import { gapsOf } from '../../tab/gaps.ts';
import { readTimeline } from '../../tab/read-timeline.ts';
import schema from '../../tab/timeline.schema.json' with { type: 'json' };
import { minutes } from './builders.ts';
import { FakeClock } from './fakes.ts';

const isTimeline = new Ajv({ strict: false }).compile(schema);
export const hours = (count: number): number => minutes(60 * count);

/** A job whose chronicle a test writes. */
export class ChronicledJob {
  readonly clock = new FakeClock();
  changes = 0;
  readonly chronicle: Chronicle;

  constructor(earlier?: TimelineRecord, clock?: FakeClock) {
    this.clock = clock ?? this.clock;
    this.chronicle = new Chronicle({
      product: '1.2.3',
      clock: this.clock,
      tokenEnds: undefined,
      earlier,
      onChange: () => (this.changes += 1),
    });
  }

  /** The record as anybody would read it: it fits the schema, and both readers take it. */
  record(isEnd = true): TimelineRecord {
    const text = JSON.stringify(this.chronicle.record(isEnd));
    assert.ok(Buffer.byteLength(text) <= maxTimelineBytes, `${text.length} bytes`);
    const record = JSON.parse(text) as TimelineRecord;
    assert.ok(isTimeline(record), JSON.stringify(isTimeline.errors?.slice(0, 3)));
    assert.ok(parseTimelineRecord(text));
    assert.equal(readTimeline(text).kind, 'timeline');
    return record;
  }

  lane(): LaneTimeline {
    const lane = this.record().connections[0]?.lanes[0];
    assert.ok(lane);
    return lane;
  }
}

export function failure(code: ErrorCode, changes: Partial<FederationError> = {}): FederationError {
  return new FederationError({ code, message: 'm', remedy: 'r', kind: 'transient', ...changes });
}

/** The times without a good token that the tab shows, in seconds. */
export function gapsIn(record: TimelineRecord): readonly (readonly [number, number])[] {
  const read = readTimeline(JSON.stringify(record));
  assert.ok(read.kind === 'timeline');
  return read.timeline.connections.flatMap((connection) =>
    connection.lanes.flatMap((lane) =>
      gapsOf(lane, connection).map(({ fromS, untilS }) => [fromS, untilS] as const),
    ),
  );
}
