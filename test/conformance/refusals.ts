import {
  trustAtAws,
  trustAtGoogle,
  type TrustWish,
} from '../harness/emulator/other-clouds/trusts.ts';
import { goOfOtherClouds, otherCloudPackages, pythonOfOtherClouds } from './other-cloud-clients.ts';
import { cleanlinessChecks, type Check } from './outcome.ts';
import { cached, pipelineFile } from './paths.ts';
import { produce } from './play.ts';
import { refusalWords } from './refusal-words.ts';

/** A trust that must not let anybody in, and in which words each cloud says so. */
interface Refusal {
  readonly title: keyof typeof refusalWords;
  readonly wish: TrustWish;
  readonly idTokenSeconds: number;
  /** The programs get a copy of the token file that is this many seconds old. */
  readonly copiedForSeconds: number;
}

const notExpired = { idTokenSeconds: 600, copiedForSeconds: 0 };

const refusals: readonly Refusal[] = [
  { title: 'wrong audience', wish: { audience: 'https://other.example' }, ...notExpired },
  { title: 'wrong subject', wish: { subject: 'sc://contoso/shop/other' }, ...notExpired },
  { title: 'expired token', wish: {}, idTokenSeconds: 5, copiedForSeconds: 6 },
];

/** The programs that must be refused, by the name in their lines of the log. */
const programs: Readonly<Record<'google' | 'aws', readonly string[]>> = {
  google: ['google-javascript', 'google-python', 'google-go'],
  aws: ['aws-javascript', 'aws-python', 'aws-go', 'aws-cli'],
};

/** What became of the programs of one refusal. */
export interface RefusalOutcome {
  readonly title: string;
  readonly words: Readonly<Record<'google' | 'aws', string>>;
  readonly programs: number;
  readonly complaints: readonly string[];
  readonly log: string;
}

/** Plays all refusals, one after the other, each on an emulator of its own. */
export async function playRefusals(): Promise<readonly RefusalOutcome[]> {
  const outcomes: RefusalOutcome[] = [];
  for (const refusal of refusals) outcomes.push(await play(refusal));
  return outcomes;
}

async function play({
  title,
  wish,
  idTokenSeconds,
  copiedForSeconds,
}: Refusal): Promise<RefusalOutcome> {
  const produced = await produce({
    pipeline: pipelineFile('refusals'),
    connections: ['production'],
    lives: { idTokenSeconds, accessTokenSeconds: idTokenSeconds },
    deploymentSeconds: 0,
    variables: (emulator, [connection]) => ({
      pause: String(copiedForSeconds),
      packages: otherCloudPackages,
      python: pythonOfOtherClouds,
      go: goOfOtherClouds,
      awsCli: cached('other-clouds-python', 'bin', 'aws'),
      caFile: emulator.caFile,
      ...(connection && {
        ...trustAtGoogle(emulator, connection, 'refused', wish),
        role: trustAtAws(emulator, connection, 'refused', wish),
      }),
    }),
  });
  const { report, journal } = produced;
  const words = refusalWords[title];
  const granted = journal.filter(
    ({ route, status }) => (route === 'google-sts' || route === 'aws-sts') && status === 200,
  );
  const checks: readonly Check[] = [
    [report.result !== 'Succeeded', `the job ended ${report.result}`],
    [granted.length > 0, `${granted.length} exchanges were granted`],
    ...(['google', 'aws'] as const).flatMap((cloud) =>
      programs[cloud].map((name): Check => {
        const said = report.log.split('\n').find((line) => line.includes(`${name}: `)) ?? '';
        return [!said.includes(words[cloud]), `${name} did not say "${words[cloud]}"`];
      }),
    ),
    ...cleanlinessChecks(produced),
  ];
  return {
    title,
    words,
    programs: programs.google.length + programs.aws.length,
    complaints: checks.flatMap(([isBad, complaint]) => (isBad ? [complaint] : [])),
    log: report.log,
  };
}
