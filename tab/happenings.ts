import { gapsOf, intervalOf, type Gap } from './gaps.ts';
import {
  answersTo,
  tokensIn,
  total,
  type Connection,
  type Episode,
  type Lane,
  type Timeline,
  type Warning,
} from './timeline.ts';
import { clockTime, count, duration, grouped, shortened, wait } from './words.ts';

/** Something that happened in a job. The first three kinds are said at once, all are in the table. */
export interface Happening {
  readonly tone: 'bad' | 'warning' | 'plain' | 'event' | 'token';
  readonly atS: number;
  /** Of which service connection; empty for the whole job. */
  readonly connection: string;
  readonly what: string;
  /** The failure behind it, whose remedy belongs beside it. */
  readonly code?: string | undefined;
}

/** The longest wait of a client that is not worth a warning, in ms. */
const tolerableWaitMs = 5_000;

/** Everything that happened in a job, in no order. */
export function happeningsIn(timeline: Timeline): readonly Happening[] {
  const ofConnections = timeline.connections.flatMap((connection) =>
    [
      ...connection.lanes.flatMap((lane) => ofLane(lane, connection, timeline)),
      ...ofClients(connection, timeline),
    ].map((each) => ({ ...each, connection: connection.name })),
  );
  return [
    ...ofBrokers(timeline),
    ...ofJobToken(timeline),
    ...ofConnections,
    ...timeline.warnings.map((warning) => ofWarning(warning, timeline)),
  ];
}

function happening(
  tone: Happening['tone'],
  atS: number,
  what: string,
  code?: string,
  connection = '',
): Happening {
  return { tone, atS, connection, what, code };
}

/** The name of a token as sentences say it. */
function tokenName({ scope }: Lane): string {
  return scope === undefined ? 'ID token' : `access token for ${shortened(scope, 80)}`;
}

function ofLane(lane: Lane, connection: Connection, timeline: Timeline): readonly Happening[] {
  const token = tokenName(lane);
  const gaps = gapsOf(lane, connection);
  const goodUntil = (untilS: number): string => `good until ${clockTime(timeline, untilS)}.`;
  return [
    ...gaps.map((gap) => happening('bad', gap.fromS, missing(gap, token, timeline), gap.code)),
    ...lane.episodes.map((episode) => {
      const { fromS, untilS } = intervalOf(episode, connection);
      // Where a token was missing meanwhile, that is said already.
      const isFelt = gaps.some((gap) => gap.fromS <= untilS && gap.untilS >= fromS);
      const what = trouble(episode, untilS - fromS, token, timeline);
      return isFelt
        ? happening('event', fromS, `${what}.`)
        : happening('warning', fromS, `${what}, and the token in hand stayed good.`, episode.code);
    }),
    ...lane.spans.map(([fromS, untilS, n]) => {
      const what = `${count(n, `new ${token}`)}, one after the other, ${goodUntil(untilS)}`;
      return happening('event', fromS, what);
    }),
    ...lane.tokens.map(([fromS, untilS]) =>
      happening('token', fromS, `new ${token}, ${goodUntil(untilS)}`),
    ),
  ];
}

function missing({ fromS, untilS, code }: Gap, token: string, timeline: Timeline): string {
  const end = untilS < timeline.untilS ? '' : ', to the end of the job';
  const why = code === undefined ? '' : ` (${code})`;
  return `no good ${token} from ${clockTime(timeline, fromS)} for ${duration(untilS - fromS)}${end}${why}.`;
}

function trouble(
  { fromS, untilS, code, failures, retryAfterS, throttled }: Episode,
  lengthS: number,
  token: string,
  timeline: Timeline,
): string {
  const requests = count(failures, throttled ? 'throttled request' : 'failed request');
  const asked = retryAfterS === 0 ? '' : `, asked to wait for up to ${duration(retryAfterS)}`;
  const end =
    untilS === undefined ? 'it had not passed at the end' : `it passed after ${duration(lengthS)}`;
  return `asking for the ${token} failed from ${clockTime(timeline, fromS)} (${code}, ${requests}${asked}); ${end}`;
}

function ofClients(
  { kinds, bucketS, longestWait }: Connection,
  timeline: Timeline,
): readonly Happening[] {
  const happenings = kinds.map((kind) => {
    const { answers, refused } = answersTo(kind);
    const what = `${count(answers, 'answer')} to ${kind.name}, ${grouped(refused)} of them a refusal.`;
    const atS = (kind.buckets[0]?.[0] ?? 0) * bucketS;
    return happening(refused === 0 ? 'event' : 'warning', atS, what);
  });
  if (longestWait === undefined) return happenings;
  const { ms, atS, kind } = longestWait;
  const what = `the longest wait of a client was ${wait(ms)} (${kind}, at ${clockTime(timeline, atS)}).`;
  return [...happenings, happening(ms > tolerableWaitMs ? 'warning' : 'plain', atS, what)];
}

/** What each warning means; the record holds only its code. */
function ofWarning({ code, atS, connection, seconds = 0 }: Warning, timeline: Timeline): Happening {
  const ofClock = (direction: string): string =>
    `The clock of the agent was ${duration(seconds)} ${direction} that of Azure DevOps.`;
  const words = new Map([
    [
      'ISSUER_RETIRES',
      'it uses the Azure DevOps issuer, which retires on 2027-07-01. Convert it to the Entra issuer before.',
    ],
    ['CLOCK_AHEAD', ofClock('ahead of')],
    ['CLOCK_BEHIND', ofClock('behind')],
    ['FILE_NOT_WRITTEN', 'a token could not be written into its file.'],
  ]);
  const what = words.get(code) ?? `a warning that this page does not know: ${shortened(code, 40)}.`;
  const { name } = timeline.connections[connection ?? -1] ?? {};
  return happening('warning', atS, what, undefined, name);
}

function ofBrokers(timeline: Timeline): readonly Happening[] {
  const { brokers, isComplete, untilS } = timeline;
  const starts = brokers.map(({ fromS }, index) => {
    const before = brokers[index - 1];
    return before === undefined
      ? happening('event', fromS, 'The broker started.')
      : happening(
          'warning',
          fromS,
          `The broker ended at about ${clockTime(timeline, before.untilS)} without being asked to; another one took over at ${clockTime(timeline, fromS)}.`,
        );
  });
  const gone = `The broker was gone before the job ended: this record is what it had written by ${clockTime(timeline, untilS)}.`;
  const end = isComplete
    ? brokers.slice(-1).map((last) => happening('event', last.untilS, 'The broker ended.'))
    : [happening('warning', untilS, gone)];
  return [...starts, ...end];
}

function ofJobToken(timeline: Timeline): readonly Happening[] {
  const { tokenEndsS, untilS } = timeline;
  if (tokenEndsS === undefined) return [];
  const end = clockTime(timeline, tokenEndsS);
  return [
    tokenEndsS < untilS
      ? happening(
          'bad',
          tokenEndsS,
          `The job's own access token ended at ${end}, ${duration(untilS - tokenEndsS)} before the job: from then on Azure DevOps gives no ID token.`,
        )
      : happening('event', tokenEndsS, `The job's own access token would have ended at ${end}.`),
  ];
}

/** How much there was of everything, for a job in which all went well. */
export function totals({ connections, untilS }: Timeline): string {
  const lanes = connections.flatMap((connection) => connection.lanes);
  const tokens = (isOfId: boolean): number =>
    total(lanes.filter(({ scope }) => (scope === undefined) === isOfId).map(tokensIn));
  return `${count(tokens(true), 'ID token')} and ${count(tokens(false), 'access token')} for ${count(connections.length, 'service connection')} in ${duration(untilS)}`;
}
