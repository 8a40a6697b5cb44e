import type { Client } from './client.ts';
import { shortLives } from './clients.ts';
import {
  evidenceOf,
  mechanismOf,
  type BrokerCounts,
  type Evidence,
  type Lives,
  type Mechanism,
} from './evidence.ts';
import { pipelineFile } from './paths.ts';
import { produce, type Produced } from './play.ts';

/**
 * How long programs go on: past the first tokens' end, and past the third access token that the
 * broker gets, each at half the life of the one before.
 */
const playSecondsFor = ({ accessTokenSeconds }: Lives): number => 1.5 * accessTokenSeconds + 6;
/** How long a plan waits for its apply: past the end of the ID token with which it was made. */
const pauseSeconds = shortLives.idTokenSeconds + 1;

/** What became of one client. */
export interface Outcome {
  readonly client: Client;
  readonly mechanism: Mechanism;
  readonly evidence: Evidence;
  readonly outlives: boolean;
  /** Whatever is not as it should be. */
  readonly complaints: readonly string[];
  readonly log: string;
}

/** Plays the job of a client, and judges it by what the emulator and the broker saw. */
export async function tryOut(client: Client): Promise<Outcome> {
  const lives = client.lives ?? shortLives;
  const playSeconds = playSecondsFor(lives);
  const produced = await produce({
    pipeline: pipelineFile(client.pipeline),
    connections: Object.keys(client.audiences ?? { [client.connection ?? 'production']: '' }),
    lives,
    deploymentSeconds: playSeconds,
    allow: client.allow ?? [],
    path: client.path === undefined ? [] : [client.path],
    inContainers: client.inContainers ?? false,
    ...(client.profile && { profile: client.profile }),
    ...(client.connectionType && { connectionType: client.connectionType }),
    variables: (emulator, connections) => ({
      PLAY_SECONDS: String(playSeconds),
      playSeconds: String(playSeconds),
      waves: String(playSeconds - pauseSeconds),
      pause: String(pauseSeconds),
      jobToken: '',
      ...client.variables,
      ...client.setUp?.(emulator, connections),
    }),
  });
  const evidence = evidenceOf(produced, lives, client);
  const mechanism = mechanismOf(evidence);
  return {
    client,
    mechanism,
    evidence,
    outlives: evidence.after > 0 && evidence.refusals.length === 0,
    complaints: complaintsOf(client, produced, evidence, mechanism),
    log: produced.report.log,
  };
}

function complaintsOf(
  client: Client,
  produced: Produced,
  evidence: Evidence,
  mechanism: Mechanism,
): readonly string[] {
  const { report } = produced;
  const checks: readonly (readonly [isBad: boolean, complaint: string])[] = [
    [report.result !== 'Succeeded', `the job ended ${report.result}`],
    [evidence.before === 0, 'nothing was granted while the first tokens lived'],
    ...endChecks(client, evidence),
    refusedCheck(evidence.broker),
    [mechanism !== client.mechanism, `took the way "${mechanism}", not "${client.mechanism}"`],
    ...audienceChecks(client, produced),
    ...strayChecks(client, produced),
    ...cleanlinessChecks(produced),
  ];
  return checks.filter(([isBad]) => isBad).map(([, complaint]) => complaint);
}

export type Check = readonly [isBad: boolean, complaint: string];

function endChecks({ expires }: Client, { after, refusals }: Evidence): readonly Check[] {
  const codes = refusals.map(({ error, status }) => error ?? String(status)).join(', ');
  if (expires === true) {
    const isOver = refusals.some(({ error }) => error?.includes('700024') === true);
    return [[!isOver || after > 0, `was to end with AADSTS700024: ${after} after it, ${codes}`]];
  }
  return [
    [after === 0, 'nothing was granted once the first tokens were over'],
    [refusals.length > 0, `was refused: ${codes}`],
  ];
}

/** Clients try again, so that a refusal of the broker need not show in how they end. */
export function refusedCheck({ refused }: BrokerCounts): Check {
  return [refused > 0, `the broker told of ${refused} failures`];
}

/** Nothing of the job is where it must not be, during it or after it. */
export function cleanlinessChecks({ report, leaks }: Produced): readonly Check[] {
  const { processes, ports } = report.lingering;
  const places = leaks.map(({ kind, where, place }) => `${kind} in ${where}: ${place}`);
  return [
    [leaks.length > 0, `leaked ${places.slice(0, 3).join('; ')}`],
    [report.orphansKilled.length > 0, 'left a process for the orphan hunt'],
    [processes.length + ports.length > 0, 'left a process or a port'],
  ];
}

/** What is exchanged in another cloud is not shown to Entra as well. */
function strayChecks({ exchange }: Client, { journal }: Produced): readonly Check[] {
  if (exchange === undefined) return [];
  const strays = journal.filter(({ route }) => route === 'entra-token').length;
  return [[strays > 0, `went to Entra ${strays} times`]];
}

/** Each identity got tokens for its own audience, and for no other. */
function audienceChecks(
  { audiences = {} }: Client,
  { journal, names }: Produced,
): readonly Check[] {
  const exchanges = journal.filter(
    ({ route, status }) => route === 'entra-token' && status === 200,
  );
  return Object.entries(audiences).map(([connection, audience]) => {
    const scopes = exchanges
      .filter(({ connectionId = '' }) => names.get(connectionId) === connection)
      .map(({ scope = '' }) => scope);
    const got = [...new Set(scopes)].join(' ');
    return [got !== audience, `"${connection}" got tokens for ${got || 'nothing'}`];
  });
}
