// Lists the resource groups of the subscription. DefaultAzureCredential finds the service connection
// by itself, and asks for a new token whenever it needs one.
import { DefaultAzureCredential } from '@azure/identity';
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

const pipeline = createPipelineFromOptions({});
pipeline.addPolicy(
  bearerTokenAuthenticationPolicy({
    credential: new DefaultAzureCredential(),
    scopes: 'https://management.azure.com/.default',
  }),
);
const request = createPipelineRequest({
  url: `https://management.azure.com/subscriptions/${process.env.AZURE_SUBSCRIPTION_ID}/resourcegroups?api-version=2022-09-01`,
});
const { status, bodyAsText } = await pipeline.sendRequest(createDefaultHttpClient(), request);
if (status !== 200) throw new Error(`HTTP ${status}`);
for (const { name } of JSON.parse(bodyAsText).value) console.log(name);
console.log('deployed');
