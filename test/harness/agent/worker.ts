import type { FromWorker, ToWorker } from './job-message.ts';
import { JobRunner } from './job-runner.ts';

/*
 * The worker: one process a job, the parent of its steps, gone when the job is. It is told its job
 * over IPC; its environment is the agent's, and its children inherit no channel.
 */

let runner: JobRunner | undefined;

function send(message: FromWorker): void {
  process.send?.(message);
}

function receive(message: ToWorker): void {
  if (message.type === 'cancel') runner?.cancel();
  else {
    runner = new JobRunner(message.job, send);
    runner.run().then(finish, fail);
  }
}

function finish(end: Extract<FromWorker, { type: 'finished' }>['end']): void {
  process.send?.({ type: 'finished', end }, () => process.exit(0));
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

process.on('message', receive);
process.on('disconnect', () => process.exit(2));
