// Reads the subscription again and again, and fails at the first answer that is not good.
import { setTimeout as pause } from 'node:timers/promises';
import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
const client = createDefaultHttpClient();

export async function pollResourceManager(credentialNow) {
  const until = Date.now() + Number(process.env.POLL_SECONDS) * 1000;
  const tokens = new Set();
  let requests = 0;
  while (Date.now() < until) {
    const { token } = await credentialNow().getToken('https://management.azure.com/.default');
    tokens.add(token);
    const request = createPipelineRequest({
      url: `https://management.azure.com/subscriptions/${process.env.AZURE_SUBSCRIPTION_ID}?api-version=2022-12-01`,
    });
    request.headers.set('authorization', `Bearer ${token}`);
    const response = await pipeline.sendRequest(client, request);
    if (response.status !== 200) throw new Error(`HTTP ${response.status} at request ${requests}`);
    requests += 1;
    await pause(300);
  }
  console.log(`requests ${requests}, access tokens ${tokens.size}`);
}
