import { trustAtAws, trustAtGoogle } from '../harness/emulator/other-clouds/trusts.ts';
import type { Client } from './client.ts';
import type { Lives, Mechanism } from './evidence.ts';
import { pins, terraformVersion } from './packages.ts';
import { cached, goProgram } from './paths.ts';
import type { VariablesOf } from './play.ts';

/** Such that a client outlives its first ID token, and what another cloud gave for it, in 20 seconds. */
export const otherCloudLives: Lives = { idTokenSeconds: 8, accessTokenSeconds: 10 };

/** The Python that has Google's and AWS' libraries. */
export const pythonOfOtherClouds = cached('other-clouds-python', 'bin', 'python');
/** The project whose packages are Google's and AWS' libraries for JavaScript. */
export const otherCloudPackages = cached('other-clouds-javascript', 'package.json');

/** Has Google Cloud trust the only connection of a job. */
const trustedByGoogle: VariablesOf = (emulator, [connection]) => ({
  packages: otherCloudPackages,
  ...(connection && trustAtGoogle(emulator, connection, 'conformance')),
});

/** Has AWS trust the only connection of a job. */
const trustedByAws: VariablesOf = (emulator, [connection]) => ({
  packages: otherCloudPackages,
  caFile: emulator.caFile,
  ...(connection && { role: trustAtAws(emulator, connection, 'conformance') }),
});

const google = (
  name: string,
  version: string,
  program: string,
  source: 'file' | 'url',
  impersonates = false,
): Client => ({
  name,
  how: `Google Cloud, by ${source}${impersonates ? ' and service account' : ''}`,
  version,
  pipeline: 'google-cloud',
  variables: { program, source: `${source}${impersonates ? ' impersonated' : ''}` },
  mechanism: source === 'file' ? 'token file' : 'request URL of the broker',
  proof: 'google-storage',
  exchange: 'google-sts',
  setUp: trustedByGoogle,
  lives: otherCloudLives,
});

const aws = (name: string, version: string, program: string): Client => ({
  name,
  how: 'AWS',
  version,
  pipeline: 'aws',
  variables: { program },
  mechanism: 'token file',
  proof: 's3',
  exchange: 'aws-sts',
  setUp: trustedByAws,
  lives: otherCloudLives,
});

const tokenFile: Mechanism = 'token file';
const backend = {
  version: terraformVersion(),
  pipeline: 'terraform-other-clouds',
  mechanism: tokenFile,
  lives: otherCloudLives,
};

/** The program with Google's and AWS' libraries for Go. */
export const goOfOtherClouds = goProgram('other-clouds');
const cliLoop =
  'until (( SECONDS > $PLAY_SECONDS )); do $AWS_CLI s3 ls s3://contoso-state || exit 1; done';

/** Clients of other clouds, signed in there by the ID tokens that the broker keeps fresh. */
export const otherCloudClients: readonly Client[] = [
  {
    ...backend,
    name: 'Terraform, gcs backend',
    how: 'Google Cloud, by file',
    variables: { folder: 'terraform-gcs', role: '' },
    proof: 'google-storage',
    exchange: 'google-sts',
    setUp: trustedByGoogle,
  },
  google(
    'google-auth-library (JavaScript)',
    pins.googleAuthJavaScript,
    'node google-bucket.mjs',
    'file',
  ),
  google(
    'google-auth-library (JavaScript)',
    pins.googleAuthJavaScript,
    'node google-bucket.mjs',
    'url',
  ),
  google(
    'google-auth (Python)',
    pins.googleAuthPython,
    `${pythonOfOtherClouds} google_bucket.py`,
    'file',
    true,
  ),
  google(
    'google-auth (Python)',
    pins.googleAuthPython,
    `${pythonOfOtherClouds} google_bucket.py`,
    'url',
  ),
  google('oauth2/google (Go)', pins.oauth2, `${goOfOtherClouds} google`, 'file'),
  google('oauth2/google (Go)', pins.oauth2, `${goOfOtherClouds} google`, 'url', true),
  {
    ...backend,
    name: 'Terraform, s3 backend',
    how: 'AWS',
    variables: { folder: 'terraform-s3', provider: '' },
    proof: 's3',
    exchange: 'aws-sts',
    setUp: trustedByAws,
  },
  aws('@aws-sdk (JavaScript)', pins.awsJavaScript, 'node aws-bucket.mjs'),
  aws('boto3 (Python)', pins.boto3, `${pythonOfOtherClouds} aws_bucket.py`),
  aws(
    'AWS CLI',
    pins.awsCli,
    cliLoop.replace('$AWS_CLI', cached('other-clouds-python', 'bin', 'aws')),
  ),
  aws('aws-sdk-go-v2', pins.awsGo, `${goOfOtherClouds} aws`),
];
