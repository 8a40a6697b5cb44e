// Reads the subscription once a second with one of the credentials of @azure/identity.
import { setTimeout as pause } from 'node:timers/promises';
import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import {
  DefaultAzureCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';

const manager = 'https://management.azure.com';
const path = `/subscriptions/${process.env.AZURE_SUBSCRIPTION_ID}?api-version=2022-12-01`;
// A credential keeps what it read from the token file for five minutes, longer than a token lives
// here: those that read it are made anew for each request, the managed identity once.
const credentials = {
  default: () => new DefaultAzureCredential(),
  workload: () => new WorkloadIdentityCredential(),
  managed: () => managedIdentity,
};
const managedIdentity = new ManagedIdentityCredential({ clientId: process.env.AZURE_CLIENT_ID });

const credentialNow = credentials[process.argv[2]];
const client = createDefaultHttpClient();
const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
const until = Date.now() + Number(process.env.PLAY_SECONDS) * 1000;
while (Date.now() < until) {
  const { token } = await credentialNow().getToken(`${manager}/.default`);
  const request = createPipelineRequest({ url: manager + path });
  request.headers.set('authorization', `Bearer ${token}`);
  const { status } = await pipeline.sendRequest(client, request);
  if (status !== 200) throw new Error(`HTTP ${status}`);
  await pause(1000);
}
