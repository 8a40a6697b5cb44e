// Starts a deployment and polls it until it is done, as a Bicep deployment is: one credential,
// made once, used for hours.
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultAzureCredential } from '@azure/identity';
import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

// The SDK for JavaScript keeps what it read from the token file for five minutes. In a job of hours
// that does no harm; with the clock of this example turned fast it would, so the program takes the
// managed identity, which the SDK asks every time.
delete process.env.AZURE_FEDERATED_TOKEN_FILE;

const subscription = process.env.AZURE_SUBSCRIPTION_ID;
const seconds = Number(process.env.DEPLOYMENT_SECONDS ?? '60');
const manager = 'https://management.azure.com';
const credential = new DefaultAzureCredential();
const pipeline = createPipelineFromOptions({});
const client = createDefaultHttpClient();
const seen = new Set();

const group = `${manager}/subscriptions/${subscription}/resourcegroups/shop?api-version=2021-04-01`;
await call('PUT', group, { location: 'westeurope' });
const deployment = `${manager}/subscriptions/${subscription}/resourcegroups/shop/providers/Microsoft.Resources/deployments/main?api-version=2021-04-01`;
const started = await call('PUT', deployment, {
  properties: { mode: 'Incremental', template: {} },
});
const operation = started.headers.get('azure-asyncoperation');

const until = Date.now() + (seconds + 60) * 1000;
for (let poll = 1; ; poll += 1) {
  const { body } = await call('GET', operation);
  if (body.status === 'Succeeded') break;
  if (body.status === 'Failed' || Date.now() > until) throw new Error(`Deployment: ${body.status}`);
  if (poll % 5 === 0)
    console.log(`${body.status}, ${poll} polls, ${seen.size} access tokens so far`);
  await pause(1000);
}
console.log(`Deployment succeeded; it took ${seen.size} access tokens`);

async function call(method, url, content) {
  const { token } = await credential.getToken(`${manager}/.default`);
  seen.add(token);
  const request = createPipelineRequest({
    method,
    url,
    body: content === undefined ? undefined : JSON.stringify(content),
  });
  request.headers.set('authorization', `Bearer ${token}`);
  request.headers.set('content-type', 'application/json');
  request.headers.set('user-agent', 'deployment-program');
  const response = await pipeline.sendRequest(client, request);
  if (response.status >= 400) throw new Error(`${method} ${response.status}`);
  return { headers: response.headers, body: JSON.parse(response.bodyAsText || '{}') };
}
