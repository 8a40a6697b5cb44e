import { randomUUID } from 'node:crypto';
import { isSignedBy, readToken, signToken, textClaim, timeClaim } from './jwt.ts';
import type { ServiceConnection } from './service-connections.ts';
import type { JobRecord, World } from './world.ts';

/** What a test asks of a job. */
export interface JobOptions {
  readonly hub?: 'build' | 'release' | 'deployment';
  /** The connections that the job's tasks name in inputs of their own. */
  readonly connections: readonly ServiceConnection[];
  /** Life of the job's access token, in seconds; two days, unless this says less. */
  readonly jobTokenSeconds?: number;
  /** That of an earlier run: a job without a name has the same one in each run of its pipeline. */
  readonly jobId?: string;
  /** That of an earlier attempt, which is of the same run; each attempt has a timeline of its own. */
  readonly planId?: string;
}

/** A job that runs, as the agent sees it. */
export interface Job {
  readonly jobAccessToken: string;
  readonly planId: string;
  readonly jobId: string;
  readonly timelineId: string;
  readonly hub: string;
  /** `System.OidcRequestUri`. */
  readonly oidcRequestUri: string;
  /** The job is over: no more ID tokens. */
  complete(): void;
  /** From now on the job's access token is as bad as an expired one. */
  refuseToken(): void;
}

const audience = 'app.vstoken.visualstudio.com';

function issueJobToken(job: JobRecord, seconds: number, world: World): string {
  const now = Math.floor(Date.now() / 1000);
  const token = signToken(world.keys.jobTokens, {
    nameid: randomUUID(),
    scp: 'app_token',
    aui: randomUUID(),
    orchid: `${job.planId}.deploy.deploy.__default`,
    jobref: `${job.planId}:${job.jobId}`,
    appid: randomUUID(),
    iss: audience,
    aud: `${audience}|vso:${world.organization.id}`,
    nbf: now - 600,
    exp: now + seconds,
  });
  world.issued.push({ kind: 'job-access-token', value: token });
  return token;
}

/** Starts a job. */
export function startJob(options: JobOptions, world: World): Job {
  const record: JobRecord = {
    jobId: options.jobId ?? randomUUID(),
    planId: options.planId ?? randomUUID(),
    hub: options.hub ?? 'build',
    connectionIds: new Set(options.connections.map((connection) => connection.id)),
    running: true,
    tokenRefused: false,
  };
  world.jobs.set(record.jobId, record);
  const { collectionUri, project } = world.organization;
  const { hub, planId, jobId } = record;
  return {
    jobAccessToken: issueJobToken(record, options.jobTokenSeconds ?? 48 * 3600, world),
    planId,
    jobId,
    timelineId: options.planId === undefined ? planId : randomUUID(),
    hub,
    oidcRequestUri: `${collectionUri}${project.id}/_apis/distributedtask/hubs/${hub}/plans/${planId}/jobs/${jobId}/oidctoken`,
    complete: () => {
      record.running = false;
    },
    refuseToken: () => {
      record.tokenRefused = true;
    },
  };
}

/** The job whose good access token this is, or undefined. */
export function jobOfToken(token: string, world: World): JobRecord | undefined {
  const read = readToken(token);
  if (!read || !isSignedBy(read, world.keys.jobTokens.published)) return undefined;
  if (!(timeClaim(read.claims, 'exp') > Date.now() / 1000)) return undefined;
  const [, jobId = ''] = textClaim(read.claims, 'jobref').split(':');
  const job = world.jobs.get(jobId);
  return job?.tokenRefused === false ? job : undefined;
}
