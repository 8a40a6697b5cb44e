import { gapsOf, intervalOf, type Gap } from './gaps.ts';
import { lifeLine } from './life-line.ts';
import {
  bar,
  box,
  characterWidth,
  fitting,
  hatching,
  labels,
  margin,
  space,
  text,
} from './marks.ts';
import { piece, type Piece } from './piece.ts';
import { round, tickLabel, timeScale, type TimeScale } from './scale.ts';
import {
  tokensIn,
  type Connection,
  type KindOfClient,
  type Lane,
  type Timeline,
} from './timeline.ts';
import { count, duration, shortened } from './words.ts';

const labelHeight = 20;
const laneHeight = 44;
const stripHeight = 7;
const answersHeight = 26;

/** A picture of more rows is not looked at; those with trouble are drawn first. */
const maxRows = 60;
/** Marks of one kind in one lane; the longest are drawn. */
const maxMarks = 10;

interface Canvas {
  readonly width: number;
  readonly endS: number;
  readonly scale: TimeScale;
  readonly timeline: Timeline;
}

interface Row {
  readonly height: number;
  readonly isTrouble: boolean;
  draw(top: number): Piece;
}

/** What the tokens of a job did, as one picture of the given width in pixels. */
export function picture(timeline: Timeline, width: number, label: string): Piece {
  const { tokenEndsS, untilS } = timeline;
  const isNear = tokenEndsS !== undefined && tokenEndsS <= untilS * 1.25;
  const endS = Math.max(1, untilS, isNear ? tokenEndsS : 0);
  const canvas = { width, endS, scale: timeScale(endS, margin, width - margin), timeline };
  const { rows, folded } = drawable(timeline.connections.flatMap((each) => rowsOf(each, canvas)));
  let top = isNear ? labelHeight : 4;
  const drawn = rows.map((row) => {
    const drawing = row.draw(top);
    top += row.height;
    return drawing;
  });
  const note =
    folded === 0
      ? []
      : [text(`${count(folded, 'more row')}: see the table`, margin, top + 14, 'quiet')];
  if (note.length > 0) top += labelHeight;
  const height = top + labelHeight;
  return piece(
    'svg',
    { role: 'img', 'aria-label': label, width, height, viewBox: `0 0 ${width} ${height}` },
    hatching(),
    ...axis(canvas, top),
    ...absences(canvas, top),
    ...drawn,
    ...note,
    ...(isNear ? endMark(tokenEndsS, canvas, top) : []),
  );
}

/** The rows of a connection: its name, a lane for each token, its answers by kind of client. */
function rowsOf(connection: Connection, canvas: Canvas): readonly Row[] {
  const heading: Row = {
    height: labelHeight + 4,
    isTrouble: false,
    draw: (top) => text(fitting(connection.name, canvas.width), margin, top + 15, 'name'),
  };
  const lanes = connection.lanes.map((lane) => laneRow(lane, connection, canvas));
  const answers = connection.kinds
    .filter(({ buckets }) => buckets.length > 0)
    .map((kind) => answersRow(kind, connection, canvas));
  const rows = [...lanes, ...answers];
  return [{ ...heading, isTrouble: rows.some(({ isTrouble }) => isTrouble) }, ...rows];
}

/** As many rows as can be looked at, in their order; without trouble they are left out first. */
function drawable(rows: readonly Row[]): { rows: readonly Row[]; folded: number } {
  if (rows.length <= maxRows) return { rows, folded: 0 };
  const kept = new Set(
    [
      ...rows.filter(({ isTrouble }) => isTrouble),
      ...rows.filter(({ isTrouble }) => !isTrouble),
    ].slice(0, maxRows),
  );
  return { rows: rows.filter((row) => kept.has(row)), folded: rows.length - kept.size };
}

function laneRow(lane: Lane, connection: Connection, canvas: Canvas): Row {
  const { scale, endS, width } = canvas;
  const gaps = gapsOf(lane, connection);
  const isTrouble = gaps.length > 0 || lane.episodes.length > 0;
  const lives = lane.tokens.map(([fromS, untilS]) => untilS - fromS);
  const maxLifeS = lives.reduce((most, life) => Math.max(most, life), 1);
  const facts = `${count(tokensIn(lane), 'token')}, each good for up to ${duration(maxLifeS)}`;
  const strip = lane.episodes.length > 0 ? stripHeight + 2 : 0;
  const draw = (top: number): Piece => {
    const bodyTop = top + labelHeight;
    const bottom = bodyTop + laneHeight;
    const { area, edge, isBand } = lifeLine(lane, maxLifeS, {
      scale,
      endS,
      top: bodyTop + 3,
      bottom,
    });
    const fromX = scale.x(connection.fromS);
    return piece(
      'g',
      {},
      ...labels(lane.scope ?? 'ID token', facts, top, width),
      box('lane', { fromX, toX: scale.x(connection.untilS), top: bodyTop, height: laneHeight }),
      ...lane.spans.slice(0, maxMarks).map(([fromS, untilS, n]) =>
        box('merged', {
          fromX: scale.x(fromS),
          toX: scale.x(untilS),
          top: bodyTop,
          height: laneHeight,
          title: `${count(n, 'token')}, told as one`,
        }),
      ),
      piece('path', { class: 'life', d: area }),
      piece('path', { class: isBand ? 'band' : 'line', d: edge }),
      ...longest(gaps).flatMap((gap) => gapMarks(gap, bodyTop, scale)),
      ...longest(lane.episodes.map((each) => ({ ...each, ...intervalOf(each, connection) }))).map(
        ({ fromS, untilS, code, failures }) =>
          box('trouble', {
            fromX: scale.x(fromS),
            toX: scale.x(untilS),
            top: bottom + 2,
            height: stripHeight,
            title: `${shortened(code, 60)}: ${count(failures, 'failed request')}`,
          }),
      ),
    );
  };
  return { height: labelHeight + laneHeight + strip + space, isTrouble, draw };
}

function gapMarks({ fromS, untilS, code }: Gap, top: number, scale: TimeScale): readonly Piece[] {
  const [fromX, toX] = [scale.x(fromS), scale.x(untilS)];
  const height = laneHeight;
  const title = `no good token for ${duration(untilS - fromS)}${code === undefined ? '' : ` (${shortened(code, 60)})`}`;
  const words = 'no good token';
  const isRoomy = toX - fromX > words.length * characterWidth + 8;
  return [
    box('gap', { fromX, toX, top, height, title }),
    box('hatch', { fromX, toX, top, height, fill: 'url(#hatch)' }),
    ...(isRoomy
      ? [text(words, round((fromX + toX) / 2), top + height / 2 + 4, 'on-gap', 'middle')]
      : []),
  ];
}

function answersRow({ name, buckets }: KindOfClient, { bucketS }: Connection, canvas: Canvas): Row {
  const { scale, width } = canvas;
  const sum = (of: 'answers' | 'refused'): number =>
    buckets.reduce((total, each) => total + each[of], 0);
  const refused = sum('refused');
  const most = buckets.reduce((peak, { answers }) => Math.max(peak, answers), 1);
  const facts = `${count(sum('answers'), 'answer')}${refused === 0 ? '' : `, ${refused.toLocaleString('en-US')} of them a refusal`}`;
  const draw = (top: number): Piece => {
    const bottom = top + labelHeight + answersHeight;
    let [given, denied] = ['', ''];
    for (const bucket of buckets) {
      const fromX = scale.x(bucket.index * bucketS);
      const toX = Math.max(fromX + 2, scale.x((bucket.index + 1) * bucketS) - 1);
      const height = (number: number): number =>
        round(Math.max(3, (number / most) * answersHeight));
      given += bar(fromX, toX, bottom, height(bucket.answers));
      if (bucket.refused > 0) denied += bar(fromX, toX, bottom, height(bucket.refused));
    }
    return piece(
      'g',
      {},
      ...labels(`Answers to ${name}`, facts, top, width),
      piece('path', { class: 'answers', d: given }),
      piece('path', { class: 'refused', d: denied }),
      piece('line', { class: 'base', x1: margin, x2: width - margin, y1: bottom, y2: bottom }),
    );
  };
  return { height: labelHeight + answersHeight + space, isTrouble: refused > 0, draw };
}

function axis({ scale, timeline }: Canvas, bottom: number): readonly Piece[] {
  return scale.ticks.flatMap((seconds) => {
    const x = scale.x(seconds);
    const anchor = seconds === 0 ? 'start' : 'middle';
    if (seconds > 0 && seconds > timeline.untilS * 0.97) return [];
    return [
      piece('line', { class: 'grid', x1: x, x2: x, y1: 0, y2: bottom }),
      text(tickLabel(seconds), x, bottom + 14, 'quiet', anchor),
    ];
  });
}

/** The times between the end of one broker and the start of the next. */
function absences({ scale, timeline: { brokers } }: Canvas, height: number): readonly Piece[] {
  return brokers.slice(1, maxMarks).map(({ fromS }, index) =>
    box('away', {
      fromX: scale.x(brokers[index]?.untilS ?? fromS),
      toX: scale.x(fromS),
      top: 0,
      height,
      title: 'no broker',
    }),
  );
}

function endMark(tokenEndsS: number, { scale, width }: Canvas, bottom: number): readonly Piece[] {
  const x = scale.x(tokenEndsS);
  const isRight = x > width / 2;
  return [
    piece('line', { class: 'end', x1: x, x2: x, y1: 4, y2: bottom }),
    text("end of the job's token", isRight ? x - 5 : x + 5, 13, 'quiet', isRight ? 'end' : 'start'),
  ];
}

function longest<T extends { fromS: number; untilS: number }>(times: readonly T[]): readonly T[] {
  if (times.length <= maxMarks) return times;
  return [...times]
    .sort((a, b) => b.untilS - b.fromS - (a.untilS - a.fromS))
    .slice(0, maxMarks)
    .sort((a, b) => a.fromS - b.fromS);
}
