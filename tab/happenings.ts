import { gapsOf, intervalOf, type Gap } from './gaps.ts';
import {
  tokensIn,
  type Connection,
  type Episode,
  type Lane,
  type Timeline,
  type Warning,
} from './timeline.ts';
import { clockTime, count, duration, shortened, wait } from './words.ts';

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
  return [
    ...ofBrokers(timeline),
    ...ofJobToken(timeline),
    ...timeline.connections.flatMap((connection) => [
      ...connection.lanes.flatMap((lane) => ofLane(lane, connection, timeline)),
      ...ofClients(connection, timeline),
    ]),
    ...timeline.warnings.map((warning) => ofWarning(warning, timeline)),
  ];
}

/** The name of a token as sentences say it. */
function tokenName({ scope }: Lane): string {
  return scope === undefined ? 'ID token' : `access token for ${shortened(scope, 80)}`;
}

function ofLane(lane: Lane, connection: Connection, timeline: Timeline): readonly Happening[] {
  const { startedOn } = timeline;
  const token = tokenName(lane);
  const gaps = gapsOf(lane, connection);
  const happening = (
    atS: number,
    tone: Happening['tone'],
    what: string,
    code?: string,
  ): Happening => ({
    tone,
    atS,
    connection: connection.name,
    what,
    code,
  });
  return [
    ...gaps.map((gap) => happening(gap.fromS, 'bad', missing(gap, token, timeline), gap.code)),
    ...lane.episodes.map((episode) => {
      const { fromS, untilS } = intervalOf(episode, connection);
      // Where a token was missing meanwhile, that is said already.
      const isFelt = gaps.some((gap) => gap.fromS <= untilS && gap.untilS >= fromS);
      const what = trouble(episode, untilS - fromS, token, startedOn);
      return isFelt
        ? happening(fromS, 'event', `${what}.`)
        : happening(fromS, 'warning', `${what}, and the token in hand stayed good.`, episode.code);
    }),
    ...lane.spans.map(([fromS, untilS, n]) =>
      happening(
        fromS,
        'event',
        `${count(n, `new ${token}`)}, one after the other, good until ${clockTime(startedOn, untilS)}.`,
      ),
    ),
    ...lane.tokens.map(([fromS, untilS]) =>
      happening(fromS, 'token', `new ${token}, good until ${clockTime(startedOn, untilS)}.`),
    ),
  ];
}

function missing({ fromS, untilS, code }: Gap, token: string, timeline: Timeline): string {
  const end = untilS < timeline.untilS ? '' : ', to the end of the job';
  const why = code === undefined ? '' : ` (${code})`;
  return `no good ${token} from ${clockTime(timeline.startedOn, fromS)} for ${duration(untilS - fromS)}${end}${why}.`;
}

function trouble(
  { fromS, untilS, code, failures, retryAfterS, isThrottled }: Episode,
  lengthS: number,
  token: string,
  startedOn: Date,
): string {
  const requests = count(failures, isThrottled ? 'throttled request' : 'failed request');
  const asked = retryAfterS === 0 ? '' : `, asked to wait for up to ${duration(retryAfterS)}`;
  const end =
    untilS === undefined ? 'it had not passed at the end' : `it passed after ${duration(lengthS)}`;
  return `asking for the ${token} failed from ${clockTime(startedOn, fromS)} (${code}, ${requests}${asked}); ${end}`;
}

function ofClients(
  { name, kinds, bucketS, longestWait }: Connection,
  { startedOn }: Timeline,
): readonly Happening[] {
  const happenings = kinds.flatMap(({ name: kind, buckets }): Happening[] => {
    const answers = buckets.reduce((sum, bucket) => sum + bucket.answers, 0);
    const refused = buckets.reduce((sum, bucket) => sum + bucket.refused, 0);
    const what = `${count(answers, 'answer')} to ${kind}, ${refused.toLocaleString('en-US')} of them a refusal.`;
    const atS = (buckets[0]?.index ?? 0) * bucketS;
    return [{ tone: refused === 0 ? 'event' : 'warning', atS, connection: name, what }];
  });
  if (longestWait === undefined) return happenings;
  const { ms, atS, kind } = longestWait;
  const what = `the longest wait of a client was ${wait(ms)} (${kind}, at ${clockTime(startedOn, atS)}).`;
  return [
    ...happenings,
    { tone: ms > tolerableWaitMs ? 'warning' : 'plain', atS, connection: name, what },
  ];
}

/** What each warning means; the record holds only its code. */
function ofWarning({ code, atS, connection, seconds = 0 }: Warning, timeline: Timeline): Happening {
  const words: Readonly<Record<string, string>> = {
    ISSUER_RETIRES:
      'it uses the Azure DevOps issuer, which retires on 2027-07-01. Convert it to the Entra issuer before.',
    CLOCK_AHEAD: `The clock of the agent was ${duration(seconds)} ahead of that of Azure DevOps.`,
    CLOCK_BEHIND: `The clock of the agent was ${duration(seconds)} behind that of Azure DevOps.`,
    FILE_NOT_WRITTEN: 'a token could not be written into its file.',
  };
  const known = Object.hasOwn(words, code) ? words[code] : undefined;
  const name = connection === undefined ? undefined : timeline.connections[connection]?.name;
  const what = known ?? `a warning that this page does not know: ${shortened(code, 40)}.`;
  return { tone: 'warning', atS, connection: name ?? '', what };
}

function ofBrokers({ brokers, isComplete, startedOn, untilS }: Timeline): readonly Happening[] {
  const ofJob = (tone: Happening['tone'], atS: number, what: string): Happening => ({
    tone,
    atS,
    connection: '',
    what,
  });
  const lives = brokers.flatMap(({ fromS, untilS: endS }, index) => {
    const before = brokers[index - 1];
    return [
      before === undefined
        ? ofJob('event', fromS, 'The broker started.')
        : ofJob(
            'warning',
            fromS,
            `The broker ended at about ${clockTime(startedOn, before.untilS)} without being asked to; another one took over at ${clockTime(startedOn, fromS)}.`,
          ),
      ...(isComplete && index === brokers.length - 1
        ? [ofJob('event', endS, 'The broker ended.')]
        : []),
    ];
  });
  if (isComplete) return lives;
  const gone = `The broker was gone before the job ended: this record is what it had written by ${clockTime(startedOn, untilS)}.`;
  return [...lives, ofJob('warning', untilS, gone)];
}

function ofJobToken({ tokenEndsS, untilS, startedOn }: Timeline): readonly Happening[] {
  if (tokenEndsS === undefined) return [];
  const end = clockTime(startedOn, tokenEndsS);
  return [
    tokenEndsS < untilS
      ? {
          tone: 'bad',
          atS: tokenEndsS,
          connection: '',
          what: `The job's own access token ended at ${end}, ${duration(untilS - tokenEndsS)} before the job: from then on Azure DevOps gives no ID token.`,
        }
      : {
          tone: 'event',
          atS: tokenEndsS,
          connection: '',
          what: `The job's own access token would have ended at ${end}.`,
        },
  ];
}

/** How much there was of everything, for a job in which all went well. */
export function totals({ connections, untilS }: Timeline): string {
  const lanes = connections.flatMap((connection) => connection.lanes);
  const sum = (isOfId: boolean): number =>
    lanes
      .filter(({ scope }) => (scope === undefined) === isOfId)
      .reduce((total, lane) => total + tokensIn(lane), 0);
  return `${count(sum(true), 'ID token')} and ${count(sum(false), 'access token')} for ${count(connections.length, 'service connection')} in ${duration(untilS)}`;
}
