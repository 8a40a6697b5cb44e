import { readJob, type Job } from '../id-token/job.ts';
import { Secret } from '../secret.ts';
import type { BrokerSettings } from '../wire/start-message.ts';

/** The job of a start message, checked once more: no message decides where the job token may go. */
export function jobOf({ job }: BrokerSettings): Job {
  const serverUri = job.collectionUri;
  return readJob({ ...job, serverUri, jobAccessToken: new Secret(job.jobAccessToken) });
}
