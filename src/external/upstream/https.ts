import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  proxyPolicy,
  proxyPolicyName,
  type Pipeline,
  type PipelinePolicy,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NetworkTrouble, type Http, type HttpAnswer, type NetworkSettings } from '../../ports.ts';
import { Secret } from '../../secret.ts';
import { everyStatus, textOf } from './answer-text.ts';
import type { EarlyConnection } from './early-connection.ts';
import { hideHeaders } from './hidden-headers.ts';
import { proxyFor, trusting } from './network-settings.ts';
import { troubleOf } from './network-trouble.ts';

/**
 * HTTPS through Azure's pipeline. We use its proxy and TLS support, but not its retries.
 * @param early for the first request, if it goes where that one does.
 * @param connectionsTo where connections for a request come from, in place of the pipeline's own.
 */
export function httpsThrough(
  network: NetworkSettings,
  early?: EarlyConnection,
  connectionsTo?: (url: URL) => Agent | undefined,
): Http {
  const client = createDefaultHttpClient();
  let first = early;
  return {
    async send({ method, url, headers, body, timeoutMs, maxBytes }) {
      const deadline = AbortSignal.timeout(Math.ceil(timeoutMs));
      const request = createPipelineRequest({
        method,
        url: url.href,
        headers: createHttpHeaders(revealed(headers)),
        abortSignal: deadline,
        streamResponseStatusCodes: everyStatus,
        ...(body === undefined ? {} : { body }),
        ...trusting(network),
      });
      try {
        const agent = first ?? connectionsTo?.(url);
        first = undefined;
        if (agent !== undefined) request.agent = agent;
        const response = await pipelineFor(url, network).sendRequest(client, request);
        return await answerOf(response, deadline, maxBytes);
      } catch (error) {
        throw deadline.aborted ? new NetworkTrouble('timeout') : troubleOf(error);
      }
    },
  };
}

function pipelineFor(url: URL, network: NetworkSettings): Pipeline {
  const pipeline = createEmptyPipeline();
  const proxy = proxyFor(url, network);
  if (proxy !== 'direct') pipeline.addPolicy(proxyPolicy(proxy));
  pipeline.addPolicy(withHiddenHeaders, { afterPolicies: [proxyPolicyName] });
  return pipeline;
}

/** An agent of ours, because Azure's client shows us none of its own. */
const direct = new HttpsAgent({ keepAlive: true });

const withHiddenHeaders: PipelinePolicy = {
  name: 'hidden-headers',
  sendRequest: (request, next) => {
    const agent = (request.agent as Agent | undefined) ?? direct;
    hideHeaders(agent);
    request.agent = agent;
    return next(request);
  },
};

function revealed(headers: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}

async function answerOf(
  response: PipelineResponse,
  deadline: AbortSignal,
  maxBytes: number | undefined,
): Promise<HttpAnswer> {
  const headers = response.headers.toJSON();
  const body = await textOf(response, deadline, maxBytes);
  return { status: response.status, headers, body };
}
