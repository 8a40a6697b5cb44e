import { join } from 'node:path';
import { endpointVariables } from '../harness/agent/endpoint-variables.ts';
import { taskEnvironment } from '../harness/agent/step-environment.ts';
import { messageVariables } from '../harness/agent/system-variables.ts';

/** A service connection, as far as the agent tells it to a task. */
export interface Connection {
  readonly id: string;
  readonly clientId: string;
  readonly subscriptionId?: string;
}

export const tenantId = '7d1c3f52-94a6-4be0-9f31-5a8e0c2b4d67';
const collectionUri = 'https://dev.azure.com/contoso/';
const projectId = '2b5b4a0e-64d1-4b0c-8f0b-0d3fb1f0a6c1';
const planId = '5f4d3c2b-1a09-4876-a543-210fedcba987';
const jobId = '12f1170f-54f2-53f3-20dd-22fc7dff55f9';
export const oidcRequestUri = `${collectionUri}${projectId}/_apis/distributedtask/hubs/build/plans/${planId}/jobs/${jobId}/oidctoken`;

/** As long as a real one, and opens nothing. */
const jobAccessToken = `eyJ0eXAiOiJKV1QifQ.${'Zm9v'.repeat(220)}.${'YmFy'.repeat(85)}`;

/** A connection; those called hasty have tokens that live for seconds. */
export function aConnection(number = 0, options: { hasty?: boolean } = {}): Connection {
  const start = options.hasty === true ? 'fa57' : '0000';
  const end = number.toString(16).padStart(12, '0');
  return {
    id: `${start}c0de-1111-4222-8333-${end}`,
    clientId: `${start}c11e-1111-4222-8333-${end}`,
  };
}

/** The environment of a task's step, as the local agent of the tests builds it. */
export function stepEnvironment(
  temp: string,
  connection: Connection,
  inputs: Readonly<Record<string, string>>,
): Record<string, string> {
  const variables = messageVariables(
    {
      profile: 'build',
      job: {
        planId,
        jobId,
        timelineId: planId,
        hub: 'build',
        accessToken: jobAccessToken,
        oidcRequestUri,
        collectionUri,
        projectName: 'shop',
        projectId,
      },
      folders: foldersBeside(temp),
      version: '4.275.0',
      pipelineJob: {
        name: 'Job',
        displayName: 'Job',
        environment: '',
        variables: {},
        steps: [],
        container: '',
        containers: [],
      },
    },
    {},
  );
  return taskEnvironment({
    inherited: { PATH: '/usr/bin:/bin', HOME: temp },
    stepEnv: {},
    variables: variables.map((variable) => ({ ...variable, preserveCase: false })),
    inputs: { azureSubscription: connection.id, ...inputs },
    endpoints: { ...systemEndpoint(), ...azureEndpoint(connection) },
    taskVariables: [],
    prependedPath: [],
    variablesLast: false,
  });
}

function systemEndpoint(): Record<string, string> {
  return endpointVariables({
    id: 'SystemVssConnection',
    name: 'SystemVssConnection',
    url: collectionUri,
    authorization: { scheme: 'OAuth', parameters: { AccessToken: jobAccessToken } },
    data: {},
  });
}

function azureEndpoint({ id, clientId, subscriptionId }: Connection): Record<string, string> {
  return endpointVariables({
    id,
    name: 'contoso-production',
    type: 'AzureRM',
    url: 'https://management.azure.com/',
    authorization: {
      scheme: 'WorkloadIdentityFederation',
      parameters: { tenantid: tenantId, serviceprincipalid: clientId },
    },
    data: {
      environment: 'AzureCloud',
      environmentAuthorityUrl: 'https://login.microsoftonline.com/',
      ...(subscriptionId === undefined ? { scopeLevel: 'None' } : { subscriptionId }),
    },
  });
}

function foldersBeside(temp: string): Parameters<typeof messageVariables>[0]['folders'] {
  const work = join(temp, '..');
  const pipeline = join(work, '1');
  return {
    root: work,
    work,
    temp,
    tools: join(work, '_tool'),
    pipeline,
    sources: join(pipeline, 's'),
    artifacts: join(pipeline, 'a'),
    binaries: join(pipeline, 'b'),
    working: join(pipeline, 's'),
  };
}
