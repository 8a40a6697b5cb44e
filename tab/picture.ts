import { gapsOf, intervalOf, type Gap } from './gaps.ts';
import { lifeLine } from './life-line.ts';
import {
  bar,
  box,
  characterWidth,
  fitting,
  hatching,
  labels,
  line,
  margin,
  path,
  space,
  text,
} from './marks.ts';
import { piece, type Piece } from './piece.ts';
import { round, tickLabel, timeScale, type TimeScale } from './scale.ts';
import {
  answersTo,
  tokensIn,
  type Connection,
  type KindOfClient,
  type Lane,
  type Timeline,
} from './timeline.ts';
import { count, duration, grouped, shortened } from './words.ts';

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
  const canvas = { width, scale: timeScale(endS, margin, width - margin), timeline };
  const all = timeline.connections.flatMap((each) => rowsOf(each, canvas));
  const rows = drawable(all);
  const folded = all.length - rows.length;
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
function drawable(rows: readonly Row[]): readonly Row[] {
  const troubleFirst = [...rows].sort((a, b) => Number(b.isTrouble) - Number(a.isTrouble));
  const kept = new Set(troubleFirst.slice(0, maxRows));
  return rows.filter((row) => kept.has(row));
}

function laneRow(lane: Lane, connection: Connection, canvas: Canvas): Row {
  const { scale, width } = canvas;
  const gaps = gapsOf(lane, connection);
  const isTrouble = gaps.length > 0 || lane.episodes.length > 0;
  const lives = lane.tokens.map(([fromS, untilS]) => untilS - fromS);
  const maxLifeS = lives.reduce((most, life) => Math.max(most, life), 1);
  const facts = `${count(tokensIn(lane), 'token')}, each good for up to ${duration(maxLifeS)}`;
  const strip = lane.episodes.length > 0 ? stripHeight + 2 : 0;
  const draw = (top: number): Piece => {
    const bodyTop = top + labelHeight;
    const bottom = bodyTop + laneHeight;
    const frame = { scale, top: bodyTop + 3, bottom };
    const { area, edge, isBand } = lifeLine(lane, maxLifeS, frame);
    return piece(
      'g',
      {},
      ...labels(lane.scope ?? 'ID token', facts, top, width),
      box('lane', connection, scale, bodyTop, laneHeight),
      ...lane.spans
        .slice(0, maxMarks)
        .map(([fromS, untilS, n]) =>
          box(
            'merged',
            { fromS, untilS },
            scale,
            bodyTop,
            laneHeight,
            `${count(n, 'token')}, told as one`,
          ),
        ),
      path('life', area),
      path(isBand ? 'band' : 'line', edge),
      ...longest(gaps).flatMap((gap) => gapMarks(gap, bodyTop, scale)),
      ...longest(lane.episodes.map((each) => ({ ...each, ...intervalOf(each, connection) }))).map(
        (episode) =>
          box(
            'trouble',
            episode,
            scale,
            bottom + 2,
            stripHeight,
            `${shortened(episode.code, 60)}: ${count(episode.failures, 'failed request')}`,
          ),
      ),
    );
  };
  return { height: labelHeight + laneHeight + strip + space, isTrouble, draw };
}

function gapMarks(gap: Gap, top: number, scale: TimeScale): readonly Piece[] {
  const { fromS, untilS, code } = gap;
  const [fromX, toX] = [scale.x(fromS), scale.x(untilS)];
  const words = 'no good token';
  const title = `${words} for ${duration(untilS - fromS)}${code === undefined ? '' : ` (${shortened(code, 60)})`}`;
  const isRoomy = toX - fromX > words.length * characterWidth + 8;
  return [
    box('gap', gap, scale, top, laneHeight, title),
    box('hatch', gap, scale, top, laneHeight),
    ...(isRoomy
      ? [text(words, round((fromX + toX) / 2), top + laneHeight / 2 + 4, 'on-gap', 'middle')]
      : []),
  ];
}

function answersRow(kind: KindOfClient, { bucketS }: Connection, canvas: Canvas): Row {
  const { scale, width } = canvas;
  const { answers, refused } = answersTo(kind);
  const most = kind.buckets.reduce((peak, [, answers]) => Math.max(peak, answers), 1);
  const facts = `${count(answers, 'answer')}${refused === 0 ? '' : `, ${grouped(refused)} of them a refusal`}`;
  const draw = (top: number): Piece => {
    const bottom = top + labelHeight + answersHeight;
    let [given, denied] = ['', ''];
    for (const [index, answers, refused] of kind.buckets) {
      const fromX = scale.x(index * bucketS);
      const toX = Math.max(fromX + 2, scale.x((index + 1) * bucketS) - 1);
      const height = (number: number): number =>
        round(Math.max(3, (number / most) * answersHeight));
      given += bar(fromX, toX, bottom, height(answers));
      if (refused > 0) denied += bar(fromX, toX, bottom, height(refused));
    }
    return piece(
      'g',
      {},
      ...labels(`Answers to ${kind.name}`, facts, top, width),
      path('answers', given),
      path('refused', denied),
      line('base', margin, width - margin, bottom, bottom),
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
      line('grid', x, x, 0, bottom),
      text(tickLabel(seconds), x, bottom + 14, 'quiet', anchor),
    ];
  });
}

/** The times between the end of one broker and the start of the next. */
function absences({ scale, timeline: { brokers } }: Canvas, height: number): readonly Piece[] {
  return brokers.slice(1, maxMarks).map((broker, index) => {
    const fromS = brokers[index]?.untilS ?? broker.fromS;
    return box('away', { fromS, untilS: broker.fromS }, scale, 0, height, 'no broker');
  });
}

function endMark(tokenEndsS: number, { scale, width }: Canvas, bottom: number): readonly Piece[] {
  const x = scale.x(tokenEndsS);
  const isRight = x > width / 2;
  return [
    line('end', x, x, 4, bottom),
    text("end of the job's token", isRight ? x - 5 : x + 5, 13, 'quiet', isRight ? 'end' : 'start'),
  ];
}

function longest<T extends { fromS: number; untilS: number }>(times: readonly T[]): readonly T[] {
  return [...times]
    .sort((a, b) => b.untilS - b.fromS - (a.untilS - a.fromS))
    .slice(0, maxMarks)
    .sort((a, b) => a.fromS - b.fromS);
}
