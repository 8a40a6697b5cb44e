import type { Allowance } from '../../harness/leaks/leak-detector.ts';
import type { Client } from '../client.ts';
import { pins } from '../packages.ts';

const row = (how: string, pipeline: string, other: Partial<Client> = {}): Client => ({
  name: 'azidentity (Go), in a container',
  how,
  version: pins.azidentity,
  pipeline: `containers/${pipeline}`,
  variables: {},
  mechanism: 'token file',
  proof: 'arm',
  inContainers: true,
  // A container takes seconds to start on a busy machine.
  lives: { idTokenSeconds: 12, accessTokenSeconds: 18 },
  connection: 'contoso-production',
  ...other,
});

const managed = { mechanism: 'managed identity of the broker' } as const;
/** The agent hands its secrets to a task, which in a container is no child of the worker. */
const givenToTask: Allowance = {
  where: 'environment',
  place: /^(ENDPOINT_AUTH_|SECRET_)\S* of \/__a\/externals\/node\/bin\/node \/__w\/_tasks\//,
};
const inJobContainer: Partial<Client> = { profile: 'container', allow: [givenToTask] };

/** The ways into a container: who starts it, and what reaches the program inside. */
export const containerRows: readonly Client[] = [
  row('`docker run` in a script, network of its own, the directory mounted', 'docker-run'),
  row('`docker run --network host` in a script', 'docker-run-host-network', managed),
  row('`docker run` in a script, the token file alone mounted', 'docker-run-file-alone', {
    expires: true,
  }),
  row('job container', 'job-container', inJobContainer),
  row('job container', 'job-container-managed-identity', { ...managed, ...inJobContainer }),
  row('step with `target: host` of a job with a container', 'target-host', inJobContainer),
  row('`docker run` beside a job container, in its network', 'beside-job-container', {
    ...managed,
    ...inJobContainer,
  }),
  row('step with a container as `target`, in a job on the host', 'target-container'),
];
