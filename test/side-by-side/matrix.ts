import { join } from 'node:path';
import { mapped } from '../conformance/clients.ts';
import { isRefusal, type Lives } from '../conformance/evidence.ts';
import { cleanlinessChecks } from '../conformance/outcome.ts';
import { produce, type Produced } from '../conformance/play.ts';
import type { ServiceConnection } from '../harness/emulator/emulator.ts';
import type { JournalEntry } from '../harness/emulator/journal.ts';
import { signInVariables } from './sessions.ts';
import { environmentOf } from './versions.ts';

/** A job that shows for how long a session lives, or what becomes of it. */
export interface Trial {
  readonly name: string;
  /** Name of a file of `pipelines/`. */
  readonly pipeline: string;
  readonly lives: Lives;
  readonly deploymentSeconds: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Connections beside the first, each with a subscription of its own. */
  readonly others?: readonly (keyof typeof otherSubscriptions)[];
  /** Is played with `--ends` too, by the newest version. */
  readonly isShort?: true;
  /** Whatever is not as it should be; by itself, that nothing was refused and nothing is left. */
  readonly complaints?: (produced: Produced) => readonly string[];
}

/**
 * Azure CLI takes an access token with less than five minutes left for expired, so that one of 335 s is
 * good for 35 s. The deployment lasts for three of those, and four ID tokens.
 */
const scaled: Lives = { idTokenSeconds: 25, accessTokenSeconds: 335 };
const longSeconds = 110;

/** A new ID token every few seconds, and access tokens that are due for replacement at once. */
const restless: Lives = { idTokenSeconds: 15, accessTokenSeconds: 320 };

const usual: Lives = { idTokenSeconds: 600, accessTokenSeconds: 3600 };

const long = (name: string, pipeline: string, profile = ''): Trial => ({
  name,
  pipeline,
  lives: scaled,
  deploymentSeconds: longSeconds,
  variables: { profile },
});

const otherSubscriptions = {
  hub: '9c0d3d3f-55a1-4a36-9d58-0a7d4a3f6c11',
  script: '2f6a8c1e-7b43-4d0a-8e25-6c9b1d7f4a30',
} as const;

/** What each version of Azure CLI is put through. */
export const trials: readonly Trial[] = [
  {
    ...long('one long command with nothing of ours', 'long-alone', '.azclitask-'),
    complaints: ({ report, journal }) =>
      report.result === 'Failed' && journal.some(isOverdue)
        ? []
        : [`was to fail with AADSTS700024, and ended ${report.result}`],
  },
  long('one long command in our profile', 'long-own'),
  long('one long command in the profile of a task', 'long-task', '.azclitask-'),
  long('one long command in a profile of a fixed name', 'long-task', '.azclitask'),
  {
    name: 'eight tasks in a row, two processes at once',
    pipeline: 'races',
    lives: restless,
    deploymentSeconds: 1,
  },
  { name: 'a task that is killed', pipeline: 'killed', lives: restless, deploymentSeconds: 1 },
  {
    name: 'a task that signs out where FederatedLogin signed in',
    pipeline: 'cleared',
    lives: usual,
    deploymentSeconds: 1,
  },
  {
    name: 'a second sign-in of the same connection, and of another',
    pipeline: 'second-sign-in',
    lives: usual,
    deploymentSeconds: 1,
    others: ['hub', 'script'],
    isShort: true,
  },
];

/** What became of a trial. */
export interface TrialOutcome {
  readonly trial: Trial;
  readonly version: string;
  readonly complaints: readonly string[];
  readonly log: string;
}

/** Plays the job of a trial with one version of Azure CLI. */
export async function tryVersion(trial: Trial, version: string): Promise<TrialOutcome> {
  const { pipeline, lives, deploymentSeconds, variables = {}, others = [] } = trial;
  const produced = await produce({
    pipeline: join('test', 'side-by-side', 'pipelines', `${pipeline}.yml`),
    sources: join('test', 'side-by-side', 'programs'),
    connections: ['production', ...others],
    subscriptions: otherSubscriptions,
    lives,
    deploymentSeconds,
    allow: mapped,
    path: [join(environmentOf(version), 'bin')],
    variables: (_emulator, [connection, ...more]) => ({
      ...signInVariables(connection),
      ...Object.fromEntries(more.flatMap(variablesOf)),
      AZURE_CORE_COLLECT_TELEMETRY: 'no',
      ...variables,
    }),
  });
  const complaints = (trial.complaints ?? usualComplaints)(produced);
  return { trial, version, complaints, log: produced.report.log };
}

/** What a step needs to sign in with another connection, by its name. */
function variablesOf({ name, id, clientId, subscriptionId }: ServiceConnection) {
  const head = name.toUpperCase();
  return [
    [`${head}_ID`, id],
    [`${head}_CLIENT`, clientId],
    [`${head}_SUBSCRIPTION`, subscriptionId],
  ] as const;
}

const isOverdue = ({ error }: JournalEntry): boolean => error?.includes('700024') === true;

function usualComplaints(produced: Produced): readonly string[] {
  const { report, journal } = produced;
  const refused = journal.filter(isRefusal);
  const left = report.left
    .map(({ path }) => path)
    .filter((path) => /service_principal_entries|msal_token_cache|lockfile/.test(path));
  const checks = [
    [report.result !== 'Succeeded', `the job ended ${report.result}`],
    [
      refused.length > 0,
      `refused ${refused.map(({ error, status }) => error ?? status).join(', ')}`,
    ],
    [left.length > 0, `left ${left.join(', ')}`],
    ...cleanlinessChecks(produced),
  ] as const;
  return checks.filter(([isBad]) => isBad).map(([, complaint]) => complaint);
}
